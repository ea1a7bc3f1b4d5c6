/** What is asked, as FHIR JSON: for who knows it. Texts are easier to change beside their translations. */
import { Button, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeDraft, type QuestionnaireVersionView } from '../api/questionnaires.ts';
import { ProblemAlert } from '../parts/problem.tsx';

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export function DefinitionEditor({ version }: { readonly version: QuestionnaireVersionView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const before = JSON.stringify(version.definition, null, 2);
  const [text, setText] = useState(before);
  const definition = parsed(text);
  const writable = version.allowedActions.includes('change');
  const save = useMutation({
    mutationFn: () => changeDraft(version, { definition: definition ?? {} }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['questionnaires'] }),
  });
  return (
    <form
      className="hs-texts"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Text size="sm">{writable ? t('questionnaires.definitionHint') : t('questionnaires.readOnly')}</Text>
      <Textarea
        label={t('questionnaires.view.definition')}
        className="hs-definition"
        spellCheck={false}
        autosize
        minRows={12}
        maxRows={30}
        readOnly={!writable}
        value={text}
        error={definition === null ? t('questionnaires.notJson') : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <ProblemAlert error={save.error} />
      {writable && (
        <div>
          <Button type="submit" loading={save.isPending} disabled={definition === null || text === before}>
            {t('questionnaires.save')}
          </Button>
        </div>
      )}
    </form>
  );
}
