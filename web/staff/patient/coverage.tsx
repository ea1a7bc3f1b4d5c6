/** A patient's insurance: what is on file, what the payer said, and what is earlier. Nothing waits for the payer. */
import { Alert, Anchor, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EligibilityWord } from '../../../domain/coverage/coverage.ts';
import { askCoverageAgain, coveragesQuery, documentAddress, endCoverage } from '../api/coverages.ts';
import type { Coverage } from '../api/coverages.ts';
import { moneyOf } from '../lib/money.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';
import { CoverageForm } from './coverage-form.tsx';
import { SmallForm } from './list-part.tsx';
import { useCoverageChange } from './use-coverage-change.ts';

const tones: Readonly<Record<EligibilityWord, Tone>> = {
  pending: 'info',
  eligible: 'good',
  inactive: 'bad',
  error: 'warn',
  'not-asked': 'neutral',
};

export function Coverages({ patientId, mayManage }: { readonly patientId: string; readonly mayManage: boolean }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const list = useQuery(coveragesQuery(patientId));
  return (
    <section className="hs-card" aria-label={t('coverage.title')}>
      <Group justify="space-between" mb={4}>
        <Title order={2}>{t('coverage.title')}</Title>
        {mayManage && !adding && (
          <Button
            variant="default"
            aria-label={t('patient.addTo', { part: t('coverage.title') })}
            onClick={() => setAdding(true)}
          >
            {t('common.add')}
          </Button>
        )}
      </Group>
      {adding && <CoverageForm patientId={patientId} close={() => setAdding(false)} />}
      <Answered query={list}>
        {({ items }) => {
          const present = items.filter((item) => item.current);
          const earlier = items.filter((item) => !item.current);
          return (
            <Stack gap="sm">
              {present.length === 0 && !adding && (
                <Text size="sm" c="dimmed">
                  {t('coverage.empty')}
                </Text>
              )}
              {present.map((item) => (
                <Present key={item.id} coverage={item} mayManage={mayManage} />
              ))}
              {earlier.length > 0 && (
                <details>
                  <summary>{t('coverage.earlier', { count: earlier.length })}</summary>
                  <ul className="hs-plain-list">
                    {earlier.map((item) => (
                      <li key={item.id}>
                        <Text size="sm" className="hs-quiet">
                          {t(`coverage.position.${item.position}`)} · {item.payerName} ·{' '}
                          <span className="hs-num">{item.memberId}</span> · {t(`coverage.status.${item.status}`)}
                        </Text>
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </Stack>
          );
        }}
      </Answered>
    </section>
  );
}

function Present({ coverage, mayManage }: { readonly coverage: Coverage; readonly mayManage: boolean }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const [open, setOpen] = useState<'correct' | 'end'>();
  const ask = useCoverageChange(coverage.patientId, () => askCoverageAgain(coverage.id));
  const { state, code, at, benefits } = coverage.eligibility;
  const close = (): void => setOpen(undefined);
  const named = `${t(`coverage.position.${coverage.position}`)}: ${coverage.payerName}`;
  const copay = benefits.find((benefit) => benefit.code === 'B' && benefit.amountCents !== null);
  const cards = [
    ['front', coverage.frontDocumentId],
    ['back', coverage.backDocumentId],
  ] as const;
  return (
    <article aria-label={named}>
      <Group gap="xs">
        <Text fw={600}>{named}</Text>
        <Badge tone={tones[state]}>{t(`coverage.eligibility.${state}`)}</Badge>
      </Group>
      {(state === 'inactive' || state === 'error') && (
        <Alert className="hs-alert" data-tone={tones[state]} my={4}>
          {t(`coverage.hint.${state}`)}
        </Alert>
      )}
      <dl className="hs-facts">
        <Fact name={t('coverage.memberId')} value={coverage.memberId} />
        <Fact name={t('coverage.group')} value={coverage.groupNumber} />
        <Fact
          name={t('coverage.relation')}
          value={[t(`coverage.relation.${coverage.relation}`), coverage.subscriberName, coverage.subscriberBirthDate]
            .filter((part) => part !== null)
            .join(', ')}
        />
        <Fact name={t('coverage.plan')} value={coverage.planName} />
        <Fact
          name={t('coverage.period')}
          value={
            coverage.startsOn === null && coverage.endsOn === null
              ? null
              : `${coverage.startsOn ?? ''} – ${coverage.endsOn ?? ''}`
          }
        />
        <Fact
          name={t('coverage.copay')}
          value={copay === undefined ? null : moneyOf(copay.amountCents ?? 0, 'USD', i18n.language)}
        />
        <Fact
          name={t('coverage.said')}
          value={
            at === null
              ? null
              : [dateTimeOf(at, zone, i18n.language), code === null ? null : t('coverage.code', { code })]
                  .filter((part) => part !== null)
                  .join(' · ')
          }
        />
      </dl>
      <Group gap="sm">
        {cards.map(
          ([side, id]) =>
            id !== null && (
              <Anchor key={side} href={documentAddress(id)} download size="sm">
                {t(`coverage.card.${side}`)}
              </Anchor>
            ),
        )}
      </Group>
      <ProblemAlert error={ask.error} />
      {mayManage && open === undefined && (
        <Group gap="xs" mt={4}>
          <Button
            variant="default"
            loading={ask.isPending}
            aria-label={t('coverage.for', { verb: t('coverage.askAgain'), name: named })}
            onClick={() => ask.mutate(undefined)}
          >
            {t('coverage.askAgain')}
          </Button>
          <Button
            variant="default"
            aria-label={t('coverage.for', { verb: t('coverage.correct'), name: named })}
            onClick={() => setOpen('correct')}
          >
            {t('coverage.correct')}
          </Button>
          <Button
            variant="default"
            aria-label={t('coverage.for', { verb: t('coverage.end'), name: named })}
            onClick={() => setOpen('end')}
          >
            {t('coverage.end')}
          </Button>
        </Group>
      )}
      {open === 'correct' && <CoverageForm patientId={coverage.patientId} before={coverage} close={close} />}
      {open === 'end' && <EndForm coverage={coverage} close={close} />}
    </article>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string | null }) {
  if (value === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className="hs-num">{value}</dd>
    </>
  );
}

function EndForm({ coverage, close }: { readonly coverage: Coverage; readonly close: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const end = useCoverageChange(coverage.patientId, () => endCoverage(coverage.id, reason.trim()), close);
  return (
    <SmallForm
      busy={end.isPending}
      error={end.error}
      verb={t('coverage.end')}
      disabled={reason.trim() === ''}
      onSubmit={() => end.mutate(undefined)}
      onCancel={close}
    >
      <TextInput
        label={t('coverage.endReason')}
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </SmallForm>
  );
}
