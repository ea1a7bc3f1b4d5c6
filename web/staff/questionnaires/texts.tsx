/** English beside one other language, text by text; what is missing is marked by a word, not by a colour alone. */
import { Button, Checkbox, Group, NativeSelect, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isRightToLeft, writtenLanguages, type WrittenLanguage } from '../../../domain/language.ts';
import { textsOf } from '../../../domain/questionnaire/questionnaire-localization.ts';
import { changeDraft, definitionOf, type QuestionnaireVersionView } from '../api/questionnaires.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { withText } from './english.ts';

const others = writtenLanguages.filter((language) => language !== 'en');

interface Props {
  readonly version: QuestionnaireVersionView;
  readonly language: WrittenLanguage | undefined;
  readonly choose: (language: WrittenLanguage) => void;
}

export function Texts({ version, language = 'es', choose }: Props) {
  const { t } = useTranslation();
  const [onlyMissing, setOnlyMissing] = useState(false);
  const missing = new Set(version.missing[language] ?? []);
  const keys = [...textsOf(definitionOf(version)).keys()];
  const shown = onlyMissing ? keys.filter((key) => missing.has(key)) : keys;
  return (
    <>
      <div className="hs-filters">
        <NativeSelect
          label={t('questionnaires.language')}
          value={language}
          onChange={(event) => choose(others.find((one) => one === event.currentTarget.value) ?? 'es')}
          data={others.map((one) => ({ value: one, label: t(`questionnaires.language.${one}`) }))}
        />
        <Checkbox
          label={t('questionnaires.onlyMissing', { count: missing.size })}
          checked={onlyMissing}
          onChange={(event) => setOnlyMissing(event.currentTarget.checked)}
        />
      </div>
      <Editor
        key={`${language}-${version.version}`}
        version={version}
        language={language}
        shown={shown}
        missing={missing}
      />
    </>
  );
}

interface EditorProps {
  readonly version: QuestionnaireVersionView;
  readonly language: WrittenLanguage;
  readonly shown: readonly string[];
  readonly missing: ReadonlySet<string>;
}

/** What was typed is kept until it is saved or the language changes; a stale save says so and loses nothing typed. */
function Editor({ version, language, shown, missing }: EditorProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const definition = definitionOf(version);
  const english = textsOf(definition);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [typedEnglish, setTypedEnglish] = useState<Readonly<Record<string, string>>>({});
  const save = useMutation({
    mutationFn: () =>
      changeDraft(version, {
        ...(Object.keys(typedEnglish).length > 0 && {
          definition: {
            ...Object.entries(typedEnglish).reduce((changed, [key, text]) => withText(changed, key, text), definition),
          },
        }),
        translations: {
          [language]: Object.fromEntries(
            Object.entries(typed).map(([key, text]) => [key, text.trim() === '' ? null : text.trim()]),
          ),
        },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['questionnaires'] }),
  });
  const writable = version.allowedActions.includes('change');
  const changed = Object.keys(typed).length + Object.keys(typedEnglish).length;
  return (
    <form
      className="hs-texts"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {!writable && <Text size="sm">{t('questionnaires.readOnly')}</Text>}
      <ol className="hs-plain-list hs-text-rows">
        {shown.map((key) => (
          <li key={key} className="hs-text-row" data-missing={missing.has(key) ? true : undefined}>
            <Textarea
              label={t('questionnaires.language.en')}
              description={<code>{key}</code>}
              lang="en"
              autosize
              readOnly={!writable}
              value={typedEnglish[key] ?? english.get(key) ?? ''}
              onChange={(event) => setTypedEnglish({ ...typedEnglish, [key]: event.currentTarget.value })}
            />
            <Textarea
              label={t(`questionnaires.language.${language}`)}
              description={missing.has(key) ? t('questionnaires.missing') : t('questionnaires.translated')}
              lang={language}
              dir={isRightToLeft(language) ? 'rtl' : 'ltr'}
              autosize
              readOnly={!writable}
              value={typed[key] ?? version.translations[language]?.[key] ?? ''}
              onChange={(event) => setTyped({ ...typed, [key]: event.currentTarget.value })}
            />
          </li>
        ))}
      </ol>
      {shown.length === 0 && <Text size="sm">{t('questionnaires.nothingMissing')}</Text>}
      <ProblemAlert error={save.error} />
      {writable && (
        <Group gap="xs" className="hs-texts-save">
          <Button type="submit" loading={save.isPending} disabled={changed === 0}>
            {t('questionnaires.save')}
          </Button>
          <Text size="sm" role="status">
            {changed > 0 && t('questionnaires.unsaved', { count: changed })}
          </Text>
        </Group>
      )}
    </form>
  );
}
