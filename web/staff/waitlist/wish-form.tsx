/** Joining the waitlist and changing a wish: what is left open fits everything. */
import { List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Wish } from '../api/types.ts';
import { actOnWish, joinWaitlist } from '../api/waitlist.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { draftOf, emptyDraft, fieldsOf, problemsOf } from './wish-draft.ts';
import type { DraftProblem, WishDraft } from './wish-draft.ts';
import { WhatFields } from './wish-what.tsx';
import { WhenFields } from './wish-when.tsx';

export function WishForm(props: {
  readonly patientId: string;
  /** null: a new one. */
  readonly wish: Wish | null;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { wish } = props;
  const [draft, setDraft] = useState<WishDraft>(wish === null ? emptyDraft : draftOf(wish));
  const [problems, setProblems] = useState<readonly DraftProblem[]>([]);
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problems.length > 0) summary.current?.focus();
  }, [problems]);
  const set = (next: Partial<WishDraft>): void => setDraft({ ...draft, ...next });
  const save = useMutation({
    mutationFn: () =>
      wish === null
        ? joinWaitlist({ patientId: props.patientId, ...fieldsOf(draft) })
        : actOnWish(wish.id, 'change', { wish: fieldsOf(draft) }),
    onSuccess: props.onDone,
    onSettled: () => {
      for (const key of ['waitlist', 'openings']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = problemsOf(draft);
        setProblems(found);
        if (found.length === 0) save.mutate();
      }}
    >
      <Stack gap="sm">
        {problems.length > 0 && (
          <div ref={summary} tabIndex={-1} role="alert" className="hs-card hs-alert" data-tone="bad">
            <Text size="sm" fw={600}>
              {t('problem.validation-failed')}
            </Text>
            <List size="sm">
              {problems.map((problem) => (
                <List.Item key={problem}>{t(`wish.${problem}`)}</List.Item>
              ))}
            </List>
          </div>
        )}
        <ProblemAlert error={save.error} />
        <WhatFields patientId={props.patientId} draft={draft} set={set} />
        <WhenFields draft={draft} set={set} />
        <FormActions
          verb={wish === null ? t('wish.save') : t('common.save')}
          busy={save.isPending}
          cancel={props.onCancel}
        />
      </Stack>
    </form>
  );
}
