/** One question: are these two charts one person’s? What a link would move is said before anybody agrees to it. */
import './identity.css';
import { Alert, Button, Group, Radio, Text, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dismissMatch, linkMatch, matchQuery, tellApart } from '../api/identity.ts';
import type { MatchDetail } from '../api/identity.ts';
import { useWorkplace } from '../lib/session.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Counts, SideBySide } from './side-by-side.tsx';

const route = getRouteApi('/frame/identity/$id');

export function ReviewPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const match = useQuery(matchQuery(id));
  return (
    <Page title={t('identity.question')}>
      <LinkAnchor to="/identity">{t('nav.identity')}</LinkAnchor>
      <Answered query={match}>{(found) => <Review match={found} />}</Answered>
    </Page>
  );
}

function Review({ match }: { readonly match: MatchDetail }) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  return (
    <>
      <Text>
        {t(`identityGrade.${match.grade}`)} · <span className="hs-num">{t('identity.bits', { bits: match.score })}</span>
      </Text>
      <Text size="sm" className="hs-quiet">
        {t('identity.bitsHint')}
      </Text>
      <SideBySide match={match} />
      {match.state === 'open' ? (
        can('identity:review') && <Decide match={match} mayMerge={can('identity:merge')} />
      ) : (
        <Outcome>
          {t(`identityState.${match.state}`)}
          {match.resolvedBy !== null && ` (${match.resolvedBy})`}{' '}
          {match.mergeId !== null && (
            <LinkAnchor to="/identity/merges/$id" params={{ id: match.mergeId }} underline="always">
              {t('identity.showMerge')}
            </LinkAnchor>
          )}
        </Outcome>
      )}
    </>
  );
} // prettier-ignore

type Decision = 'link' | 'new' | 'dismiss';

function Decide({ match, mayMerge }: { readonly match: MatchDetail; readonly mayMerge: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [survivorId, setSurvivor] = useState(match.other.id);
  const [reason, setReason] = useState('');
  const said = reason.trim() === '' ? {} : { reason: reason.trim() };
  const send = useMutation({
    mutationFn: async (decision: Decision) => {
      if (decision === 'link') await linkMatch(match.id, { survivorId, ...said });
      else await (decision === 'new' ? tellApart : dismissMatch)(match.id, said);
    },
    onSettled: () => {
      for (const key of ['identity-matches', 'patient-merges', 'patients', 'patient', 'intakes'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const blocked = match.blockers.length > 0;
  return (
    <section aria-labelledby="decide">
      <Title order={2} id="decide">
        {t('identity.decide')}
      </Title>
      <ProblemAlert error={send.error} />
      {mayMerge && (
        <>
          <Radio.Group label={t('identity.stays')} value={survivorId} onChange={setSurvivor}>
            {[match.other, match.patient].map((chart) => (
              <Radio key={chart.id} value={chart.id} label={`${chart.name.text} (${chart.mrn})`} mt="xs" />
            ))}
          </Radio.Group>
          {survivorId === match.other.id && (
            <>
              <Title order={3}>{t('identity.moves')}</Title>
              <Counts counts={match.moves} />
            </>
          )}
          {blocked && (
            <Alert className="hs-alert" data-tone="warn" icon={<IconAlertTriangle aria-hidden />} title={t('identity.blocked')}>
              <ul>
                {match.blockers.map((blocker) => (
                  <li key={blocker}>{t(`mergeBlocker.${blocker}`)}</li>
                ))}
              </ul>
            </Alert>
          )}
        </>
      )}
      <TextInput label={t('identity.reason')} value={reason} maxLength={300} onChange={(event) => setReason(event.currentTarget.value)} />
      <Group gap="xs" mt="sm">
        {mayMerge && (
          <Button disabled={blocked} loading={send.isPending} onClick={() => send.mutate('link')}>
            {t('identity.link')}
          </Button>
        )}
        <Button variant="default" loading={send.isPending} onClick={() => send.mutate('new')}>
          {t('identity.new')}
        </Button>
        <Button variant="subtle" loading={send.isPending} onClick={() => send.mutate('dismiss')}>
          {t('identity.dismiss')}
        </Button>
      </Group>
    </section>
  );
} // prettier-ignore
