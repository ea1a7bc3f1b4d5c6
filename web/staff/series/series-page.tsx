/** A series: its rule, what it waits for, each occurrence with its visit, and what can be done about all of them. */
import { Alert, Anchor, Button, Group, Text, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isUnderWay, seriesQuery } from '../api/series.ts';
import type { SeriesCase } from '../api/series.ts';
import { TimelineEntries } from '../case/timeline.tsx';
import { usePageTitle } from '../lib/page-title.ts';
import { plainDay } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered } from '../parts/page.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import type { Asked } from './change-dialog.tsx';
import { Occurrences } from './occurrences.tsx';
import { useRuleWords } from './rule-words.ts';
import { newestSteps, SeriesBadge, SeriesProgress } from './series-state.tsx';
import './series.css';

const route = getRouteApi('/frame/cases/series/$id');

export function SeriesPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const series = useQuery(seriesQuery(id));
  usePageTitle(t('series.title'));
  return (
    <div className="hs-page">
      <Answered query={series} rows={10}>
        {(view) => <Loaded key={id} view={view} />}
      </Answered>
    </div>
  );
}

function Loaded({ view }: { readonly view: SeriesCase }) {
  const { t, i18n } = useTranslation();
  const { series, patient } = view;
  const ruleWords = useRuleWords();
  const now = useNow(60_000);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [done, setDone] = useState<{ readonly asked: Asked; readonly at: number } | null>(null);
  const allowed = (...names: string[]): boolean =>
    view.allowedActions.some(({ action, possible }) => possible && names.includes(action));
  const next = series.occurrences.find(
    ({ status, start }) => status === 'pending' || (status === 'booked' && start !== null && Date.parse(start) > now),
  ); // prettier-ignore
  return (
    <>
      <div>
        <Group gap="xs" justify="space-between" align="start">
          <Title order={1}>
            <LinkAnchor to="/patients/$id" params={{ id: patient.id }} inherit>
              {patient.name}
            </LinkAnchor>
          </Title>
          <SeriesBadge state={view.state} />
        </Group>
        <Text size="sm" className="hs-num">
          {patient.birthDate === null ? t('patient.birthDateUnknown') : plainDay(patient.birthDate, i18n.language)} ·{' '}
          {patient.mrn}
        </Text>
      </div>
      {done !== null && <WhatCameOfIt key={done.at} asked={done.asked} goesOn={isUnderWay(view.state)} />}
      <SeriesProgress series={series} />
      <Settled view={view} />
      <dl className="hs-facts">
        <dt>{t('series.title')}</dt>
        <dd>
          {view.visitType.name} · {t(`mode.${series.mode}`)}
        </dd>
        <dt>{t('series.rule')}</dt>
        <dd>{ruleWords(series.rule)}</dd>
        <dt>{t('case.with')}</dt>
        <dd>
          {view.practitioner.name} · {view.location.name}
        </dd>
        {view.waitingFor !== null && (
          <>
            <dt>{t('case.waitingFor')}</dt>
            <dd>{t(`waiting.${view.waitingFor.what}`)}</dd>
            {view.waitingFor.until !== null && (
              <>
                <dt>{t('series.nextVisit')}</dt>
                <dd>
                  <Deadline at={view.waitingFor.until} zone={series.timeZone} />
                </dd>
              </>
            )}
          </>
        )}
      </dl>
      {next !== undefined && (
        <Group gap="xs">
          {allowed('change') && next.status === 'booked' && (
            <Button
              variant="default"
              onClick={() => setAsked({ act: 'move', occurrence: next, scope: 'this-and-following' })}
            >
              {t('series.moveFollowing')}
            </Button>
          )}
          {allowed('cancel', 'cancel-by-clinic') && (
            <Button
              variant="default"
              onClick={() => setAsked({ act: 'cancel', occurrence: next, scope: 'this-and-following', end: true })}
            >
              {t('series.end')}
            </Button>
          )}
        </Group>
      )}
      <section aria-labelledby="series-visits">
        <Title order={2} mb={4} id="series-visits">
          {t('series.visits')}
        </Title>
        <Occurrences
          series={series}
          mayChange={!isUnderWay(view.state)}
          onAct={(act, occurrence) => setAsked({ act, occurrence, scope: 'one' })}
        />
      </section>
      <section>
        <Title order={2} mb={4}>
          {t('case.history')}
        </Title>
        <TimelineEntries entries={view.timeline.toReversed()} zone={series.timeZone} />
      </section>
      {view.temporalWebUrl !== null && (
        <Anchor href={view.temporalWebUrl} target="_blank" rel="noreferrer" size="sm">
          {t('case.temporal')} <IconExternalLink size={14} aria-hidden />
        </Anchor>
      )}
      <ChangeDialog
        series={series}
        asked={asked}
        onClose={() => setAsked(null)}
        onDone={(what) => {
          setAsked(null);
          setDone({ asked: what, at: Date.now() });
        }}
      />
    </>
  );
}

/** What the newest booking or change left undone, once it is over; the rows say why of each. */
function Settled({ view }: { readonly view: SeriesCase }) {
  const { t } = useTranslation();
  if (isUnderWay(view.state)) return null;
  if (view.state === 'refused') {
    return (
      <Alert className="hs-alert" data-tone="bad" role="status">
        {t('series.refusedHint')}
      </Alert>
    );
  }
  const refused = newestSteps(view.series).filter(({ outcome }) => outcome === 'refused').length;
  if (refused === 0 || view.state !== 'booked') return null;
  return (
    <Alert className="hs-alert" data-tone="warn" role="status">
      {t('series.leftUndone', { count: refused })}
    </Alert>
  );
}

function WhatCameOfIt({ asked, goesOn }: { readonly asked: Asked; readonly goesOn: boolean }) {
  const { t } = useTranslation();
  const one = asked.scope === 'one';
  return (
    <Outcome>
      <Text size="sm">
        {asked.act === 'move' && t(one ? 'series.movedOne' : goesOn ? 'series.movingAll' : 'series.movedAll')}
        {asked.act === 'cancel' &&
          t(one ? 'series.cancelledOne' : goesOn ? 'series.cancellingAll' : 'series.cancelledAll')}
      </Text>
    </Outcome>
  );
}
