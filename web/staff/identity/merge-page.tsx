/** One merge: what moved, who agreed to it, and how to undo it. */
import './identity.css';
import { Button, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mergeQuery, undoMerge } from '../api/identity.ts';
import type { MergeDetail } from '../api/identity.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Counts } from './side-by-side.tsx';

const route = getRouteApi('/frame/identity/merges/$id');

export function MergePage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const merge = useQuery(mergeQuery(id));
  return (
    <Page title={t('identity.merge')} narrow>
      <LinkAnchor to="/identity" search={{ show: 'merges' }}>
        {t('identity.shows.merges')}
      </LinkAnchor>
      <Answered query={merge}>{(found) => <Story merge={found} />}</Answered>
    </Page>
  );
}

function Story({ merge }: { readonly merge: MergeDetail }) {
  const { t, i18n } = useTranslation();
  const { zone, can } = useWorkplace();
  const { survivor, merged } = merge;
  return (
    <>
      <Text fw={600}>
        {t(`mergeState.${merge.state}`)}
        {merge.automatic && ` · ${t('identity.automatic')}`}
      </Text>
      <Text size="sm">
        {dateTimeOf(merge.requestedAt, zone, i18n.language)} · {merge.requestedBy}
        {merge.reason !== null && ` · ${merge.reason}`}
      </Text>
      <Text component="div">
        <div>{t('identity.stays')}</div>
        <LinkAnchor to="/patients/$id" params={{ id: survivor.id }}>
          {survivor.name.text} ({survivor.mrn})
        </LinkAnchor>
      </Text>
      <Text component="div">
        <div>{t('identity.went')}</div>
        <LinkAnchor to="/patients/$id" params={{ id: merged.id }}>
          {merged.name.text} ({merged.mrn})
        </LinkAnchor>
      </Text>
      <Title order={2}>{t('identity.moved')}</Title>
      <Counts counts={merge.moved} />
      {merge.state === 'unmerged' && (
        <Outcome title={t('mergeState.unmerged')}>
          {merge.unmergedBy} · {merge.unmergeReason}. {t('identity.undone', merge.undone)}
        </Outcome>
      )}
      {merge.state === 'merged' && can('identity:merge') && <Undo merge={merge} />}
    </>
  );
}

function Undo({ merge }: { readonly merge: MergeDetail }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const send = useMutation({
    mutationFn: () => undoMerge(merge.id, reason.trim()),
    onSettled: () => {
      for (const key of ['identity-matches', 'patient-merges', 'patients', 'patient', 'intakes'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  return (
    <form
      aria-labelledby="undo"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') send.mutate();
      }}
    >
      <Title order={2} id="undo">
        {t('identity.undo')}
      </Title>
      <Text size="sm">{merge.inAnother ? t('identity.inAnother') : t('identity.undoEffect')}</Text>
      <ProblemAlert error={send.error} />
      <TextInput
        label={t('identity.undoReason')}
        required
        value={reason}
        maxLength={300}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" mt="sm" variant="default" disabled={merge.inAnother} loading={send.isPending}>
        {t('identity.undo')}
      </Button>
    </form>
  );
}
