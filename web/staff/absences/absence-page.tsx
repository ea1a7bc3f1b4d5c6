/**
 * One absence until everybody is settled: how far it is, what may be said about all of it, and each patient's whole path,
 * soonest visit first. It is drawn again with each piece of live news.
 */
import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openCaseStates } from '../../../domain/schedule/absence.ts';
import type { CaseState } from '../../../domain/schedule/absence.ts';
import { absenceQuery } from '../api/absences.ts';
import type { AbsencePage as Shown } from '../api/absences.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { usePageTitle } from '../lib/page-title.ts';
import { dateTimeOf, zoneName } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered, Empty } from '../parts/page.tsx';
import './absences.css';
import { CaseCard } from './case-card.tsx';
import { AbsenceProgress } from './progress.tsx';
import { Steering } from './steering.tsx';
import { AbsenceBadge, caseLooks, useSpan, whatOf } from './words.tsx';

const route = getRouteApi('/frame/absences/$id');

export function AbsencePage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const page = useQuery(absenceQuery(id));
  usePageTitle(page.data === undefined ? t('nav.absences') : whatOf(page.data.absence));
  return (
    <div className="hs-page">
      <LinkAnchor to="/absences" search={{}} size="sm">
        {t('absence.back')}
      </LinkAnchor>
      <Answered query={page} rows={8}>
        {(shown) => <Loaded key={id} shown={shown} />}
      </Answered>
    </div>
  );
}

function Loaded({ shown }: { readonly shown: Shown }) {
  const { t, i18n } = useTranslation();
  const { absence, cases } = shown;
  const zone = absence.timeZone;
  const span = useSpan();
  const [done, setDone] = useState<{ readonly words: string; readonly at: number } | null>(null);
  const tell = (words: string): void => setDone({ words, at: Date.now() });
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <>
      <div>
        <Title order={1}>{whatOf(absence)}</Title>
        <AbsenceBadge state={absence.state} />
      </div>
      {done !== null && (
        <Outcome key={done.at}>
          <Text size="sm">{done.words}</Text>
        </Outcome>
      )}
      <div className="hs-two">
        <div className="hs-stack">
          <dl className="hs-facts">
            <dt>{t('case.what')}</dt>
            <dd>
              {t(`absenceKind.${absence.kind}`)}
              {absence.resource !== null && absence.location !== null && ` · ${absence.location.name}`}
            </dd>
            <dt>{t('case.when')}</dt>
            <dd>
              {span(absence)} {zoneName(absence.start, zone, i18n.language)}
            </dd>
            <dt>{t('case.reason')}</dt>
            <dd>{t(`reason.${absence.reason}`, { defaultValue: absence.reason })}</dd>
            <dt>{t('absence.declaredAt')}</dt>
            <dd>{dateTimeOf(absence.declaredAt, zone, i18n.language)}</dd>
            {absence.endedAt !== null && (
              <>
                <dt>{t('absence.endedAt')}</dt>
                <dd>{dateTimeOf(absence.endedAt, zone, i18n.language)}</dd>
              </>
            )}
          </dl>
          <Steering absence={absence} onDone={tell} />
        </div>
        <div className="hs-stack">
          <AbsenceProgress absence={absence} live />
          <ul className="hs-absence-counts" aria-label={t('absence.counts')}>
            {(Object.entries(absence.progress.byState) as [CaseState, number][]).map(([state, count]) => (
              <li key={state} className="hs-badge" data-tone={caseLooks[state][0]}>
                {t(`absenceCase.${state}`)}: {count}
              </li>
            ))}
          </ul>
        </div>
      </div>
      <section aria-labelledby="absence-patients">
        <Title order={2} id="absence-patients" mb="xs">
          {t('absence.patients')}
        </Title>
        {cases.length === 0 ? (
          <Empty title={t('absence.nobodyTitle')} hint={t('absence.nobodyHint')} />
        ) : (
          <div ref={rows} className="hs-stack">
            {cases.map((one) => (
              <CaseCard key={one.appointmentId} absenceId={absence.id} one={one} zone={zone} onDone={tell} />
            ))}
            {cases.some((one) => openCaseStates.has(one.state)) && (
              <Text size="xs" className="hs-quiet">
                {t('absence.caseKeys')}
              </Text>
            )}
          </div>
        )}
      </section>
    </>
  );
}
