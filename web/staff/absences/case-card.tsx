/** One patient of an absence: the visit, how it stands and until when, the times held, what staff may do, and the path. */
import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AbsenceCase } from '../api/absences.ts';
import { dateTimeOf, dayOf, timeOf } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { CaseActions } from './case-actions.tsx';
import { Path } from './path.tsx';
import { CaseBadge } from './words.tsx';

interface Props {
  readonly absenceId: string;
  readonly one: AbsenceCase;
  readonly zone: string;
  readonly onDone: (words: string) => void;
}

export function CaseCard({ absenceId, one, zone, onDone }: Props) {
  const { t, i18n } = useTranslation();
  const { appointment: visit, replacement } = one;
  const heading = `case-${one.appointmentId}`;
  const until = one.state === 'offered' ? one.answerUntil : null;
  return (
    <article className="hs-card hs-absence-case" aria-labelledby={heading}>
      <div>
        <Title order={3} id={heading}>
          <LinkAnchor to="/patients/$id" params={{ id: one.patientId }} inherit data-row>
            {visit.patient.name}
          </LinkAnchor>
        </Title>
        <CaseBadge one={one} />
        <Text size="sm">
          <LinkAnchor to="/cases/appointment/$id" params={{ id: one.appointmentId }} inherit>
            {dateTimeOf(one.visitStart, zone, i18n.language)}
          </LinkAnchor>{' '}
          · {[visit.visitType.name, visit.practitioner?.name].filter(Boolean).join(' · ')}
        </Text>
        {until !== null && (
          <Text size="sm">
            {t('absence.answerBy')} <Deadline at={until} zone={zone} />
          </Text>
        )}
        {replacement?.start != null && (
          <Text size="sm">
            {t('absence.now')}{' '}
            <LinkAnchor to="/cases/appointment/$id" params={{ id: replacement.id }} inherit>
              {dateTimeOf(replacement.start, replacement.timeZone ?? zone, i18n.language)}
            </LinkAnchor>
            {replacement.practitioner !== null && ` · ${replacement.practitioner.name}`}
          </Text>
        )}
        {one.joined !== null && (
          <Text size="sm">
            <LinkAnchor to="/absences/$id" params={{ id: one.joined.absenceId }} inherit>
              {t('absence.joined')}
            </LinkAnchor>
          </Text>
        )}
        {one.task !== null && (
          <Text size="sm">
            <LinkAnchor
              to="/tasks"
              search={{ task: one.task.id, state: one.task.state === 'open' ? undefined : 'all' }}
              inherit
            >
              {one.task.state === 'open' ? t('absence.openTask') : t('absence.doneTask')}
            </LinkAnchor>
          </Text>
        )}
        {one.wish !== null && (
          <Text size="sm">
            {t('absence.waits')}: {t(`waitState.${one.wish.state}`)}
          </Text>
        )}
        {one.times.length > 0 && (
          <>
            <Text size="sm" fw={600} mt={4}>
              {t('absence.times')}
            </Text>
            <ul className="hs-absence-times">
              {one.times.map((time) => (
                <li key={time.appointmentId}>
                  <LinkAnchor to="/cases/appointment/$id" params={{ id: time.appointmentId }} size="sm">
                    {dayOf(time.start, time.timeZone, i18n.language)} {timeOf(time.start, time.timeZone, i18n.language)}
                  </LinkAnchor>{' '}
                  <span className="hs-quiet">{t(`absenceTime.${wordOf(time)}`)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
        <CaseActions absenceId={absenceId} one={one} onDone={onDone} />
      </div>
      <Path one={one} zone={zone} />
    </article>
  );
}

/** What became of a time that was held. */
function wordOf({ status, reason }: AbsenceCase['times'][number]): 'held' | 'taken' | 'ended' | 'given-back' {
  if (status === 'pending') return 'held';
  if (status !== 'cancelled') return 'taken';
  return reason === 'hold-expired' ? 'ended' : 'given-back';
}
