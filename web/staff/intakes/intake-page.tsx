/** One intake: who has it, by when, what asks for somebody, what was answered, what it scores, what changed, what happened. */
import './intakes.css';
import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answeringStates, openIntakeStates } from '../../../domain/intake/intake.ts';
import type { IntakeAction } from '../../../domain/intake/intake.ts';
import { intakeQuery } from '../api/intakes.ts';
import type { IntakeDetail } from '../api/intakes.ts';
import { usePageTitle } from '../lib/page-title.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { RaiseAlarm } from '../escalations/raise-alarm.tsx';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered } from '../parts/page.tsx';
import { IntakeActions } from './actions.tsx';
import { StepAnswers } from './answers.tsx';
import { Differences } from './differences.tsx';
import { Raised } from './raised.tsx';
import { Scores } from './scores.tsx';
import { Story } from './story.tsx';
import { IntakeBadge, IntakeFlags } from './words.tsx';

const route = getRouteApi('/frame/intakes/$id');

export function IntakePage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const page = useQuery(intakeQuery(id));
  usePageTitle(page.data === undefined ? t('nav.intakes') : t('intakes.titleOf', { name: page.data.patient.name }));
  return (
    <div className="hs-page">
      <LinkAnchor to="/intakes" search={{}} size="sm">
        {t('intakes.back')}
      </LinkAnchor>
      <Answered query={page} rows={8}>
        {(intake) => <Loaded key={id} intake={intake} />}
      </Answered>
    </div>
  );
}

function Loaded({ intake }: { readonly intake: IntakeDetail }) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const [done, setDone] = useState<{ readonly action: IntakeAction; readonly at: number } | null>(null);
  return (
    <>
      <div>
        <Title order={1}>{t('intakes.titleOf', { name: intake.patient.name })}</Title>
        <IntakeBadge state={intake.state} /> <IntakeFlags intake={intake} />
      </div>
      {can('escalation:raise') && (
        <div>
          <RaiseAlarm about={{ kind: 'intake', id: intake.id, name: intake.patient.name }} />
        </div>
      )}
      {done !== null && (
        <Outcome key={done.at}>
          <Text size="sm">{t(`intakeDone.${done.action}`)}</Text>
        </Outcome>
      )}
      <Raised intake={intake} />
      <div className="hs-two">
        <div className="hs-stack">
          <Facts intake={intake} />
          <IntakeActions intake={intake} onDone={(action) => setDone({ action, at: Date.now() })} />
        </div>
        <section aria-labelledby="intake-scores" className="hs-stack">
          <Title order={2} id="intake-scores">
            {t('intakes.scores')}
          </Title>
          <Scores scores={intake.scores} />
        </section>
      </div>
      <section aria-labelledby="intake-answers" className="hs-stack">
        <Title order={2} id="intake-answers">
          {t('intakes.answers')}
        </Title>
        <a href={`/api/v1/intakes/${intake.id}/fhir`} download={`intake-${intake.id}.json`}>
          {t('intakes.export')}
        </a>
        {intake.steps.map((step) => (
          <StepAnswers key={step.step} id={intake.id} step={step} />
        ))}
      </section>
      <section aria-labelledby="intake-differences" className="hs-stack">
        <Title order={2} id="intake-differences">
          {t('intakes.differences')}
        </Title>
        <Differences differences={intake.differences} />
      </section>
      <Story id={intake.id} />
    </>
  );
}

/** Who has the ball, and until when. */
function Facts({ intake }: { readonly intake: IntakeDetail }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const at = (instant: string): string => dateTimeOf(instant, zone, i18n.language);
  const party = answeringStates.has(intake.state) ? 'patient' : openIntakeStates.has(intake.state) ? 'staff' : null;
  return (
    <dl className="hs-facts">
      <dt>{t('intakes.patient')}</dt>
      <dd>
        <LinkAnchor to="/patients/$id" params={{ id: intake.patientId }}>
          {intake.patient.name}
        </LinkAnchor>{' '}
        <span className="hs-quiet hs-num">{intake.patient.mrn}</span>
      </dd>
      {party !== null && (
        <>
          <dt>{t('intakes.waitsFor')}</dt>
          <dd>{t(`party.${party}`)}</dd>
        </>
      )}
      {intake.dueAt !== null && (
        <>
          <dt>{t('intakes.due')}</dt>
          <dd>
            <Deadline at={intake.dueAt} zone={zone} />
          </dd>
        </>
      )}
      {intake.visit?.start != null && (
        <>
          <dt>{t('intakes.visit')}</dt>
          <dd>
            <LinkAnchor to="/cases/appointment/$id" params={{ id: intake.visit.id }} search={{}}>
              {dateTimeOf(intake.visit.start, intake.visit.timeZone ?? zone, i18n.language)}
            </LinkAnchor>
          </dd>
        </>
      )}
      {intake.alsoFor.length > 0 && (
        <>
          <dt>{t('intakes.alsoFor')}</dt>
          {intake.alsoFor.map((visit) => (
            <dd key={visit.id}>
              <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.id }} search={{}}>
                {visit.start === null ? '' : dateTimeOf(visit.start, visit.timeZone ?? zone, i18n.language)}
              </LinkAnchor>
            </dd>
          ))}
        </>
      )}
      {intake.minorConsent !== null && (
        <>
          <dt>{t('intakes.signsAlone')}</dt>
          <dd>{t(intake.minorConsent.confidential ? 'intakes.inConfidence' : 'intakes.shared')}</dd>
        </>
      )}
      <dt>{t('intakes.identity')}</dt>
      <dd>
        {t(`intakes.identity.${intake.identity}`)}{' '}
        {intake.openMatches > 0 && (
          <LinkAnchor to="/identity" search={{}}>
            {t('intakes.toMatches', { count: intake.openMatches })}
          </LinkAnchor>
        )}
      </dd>
      <dt>{t('intakes.insurance')}</dt>
      <dd>{t(`intakes.insurance.${intake.insurance}`)}</dd>
      <dt>{t('intakes.language')}</dt>
      <dd>{new Intl.DisplayNames([i18n.language], { type: 'language' }).of(intake.language) ?? intake.language}</dd>
      {intake.submittedAt !== null && (
        <>
          <dt>{t('intakes.submittedAt')}</dt>
          <dd>{at(intake.submittedAt)}</dd>
        </>
      )}
      {openIntakeStates.has(intake.state) && (
        <>
          <dt>{t('intakes.expiresAt')}</dt>
          <dd>{at(intake.expiresAt)}</dd>
        </>
      )}
      {intake.reopenUntil !== null && (
        <>
          <dt>{t('intakes.reopenUntil')}</dt>
          <dd>{at(intake.reopenUntil)}</dd>
        </>
      )}
    </dl>
  );
}
