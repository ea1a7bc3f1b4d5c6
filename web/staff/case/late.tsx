/**
 * A patient who is late now: what can be done about it (scheduling-intake.md D1, Late). The choices are no edges of their
 * own; each begins the action that carries it out, or says why it cannot.
 */
import { Button, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { LateChoice } from '../../../domain/appointment/appointment-timers.ts';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import { dayQuery } from '../api/queries.ts';
import type { AllowedAction, Appointment, CaseView } from '../api/types.ts';
import { localDay, timeOf } from '../lib/time.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { useRefusalReason } from '../parts/refusal.ts';
import { useAct } from './action-form.tsx';

interface Offer {
  readonly choice: LateChoice;
  /** What it does, or why it cannot be done. */
  readonly text: string;
  /** Missing: not possible now. */
  readonly press?: (() => void) | undefined;
  readonly busy?: boolean | undefined;
}

export function LateChoices(props: {
  readonly visit: Appointment;
  readonly options: CaseView['lateOptions'];
  readonly allowed: readonly AllowedAction[];
  readonly zone: string;
  readonly order: 2 | 3;
  readonly onMove: (within: 'today' | undefined) => void;
  readonly onDone: (visit: Appointment, action: AppointmentAction) => void;
}) {
  const { t, i18n } = useTranslation();
  const { visit, zone } = props;
  const navigate = useNavigate();
  const reasonOf = useRefusalReason();
  const arrive = useAct(visit, 'arrive', props.onDone);
  const next = useNextArrived(visit, zone);

  const why = (action: AppointmentAction): string | undefined => {
    const found = props.allowed.find((one) => one.action === action);
    if (found?.possible === true) return undefined;
    return (found?.reason && reasonOf(found.reason)) ?? t('problem.forbidden');
  };
  const acts = (choice: LateChoice, action: 'arrive' | 'reschedule', text: string, press: () => void): Offer => {
    const reason = why(action);
    return reason === undefined ? { choice, text, press, busy: arrive.isPending } : { choice, text: reason };
  };
  const offerOf = ({ choice, possible, minutesLeft: count = 0 }: CaseView['lateOptions'][number]): Offer => {
    const arrived = (): void => arrive.mutate({});
    switch (choice) {
      case 'see-now':
        return possible ? acts(choice, 'arrive', t('late.see-now.hint'), arrived) : { choice, text: t('late.over') };
      case 'shorten':
        return possible
          ? acts(choice, 'arrive', t('late.shorten.hint', { count }), arrived)
          : { choice, text: count > 0 ? t('late.shorten.why', { count }) : t('late.over') };
      case 'swap-with-next-arrived':
        if (!possible) return { choice, text: t('late.over') };
        if (next === undefined) {
          return { choice, text: t('late.swap-with-next-arrived.why', { who: visit.practitioner?.name ?? '' }) };
        }
        return {
          choice,
          text: t('late.swap-with-next-arrived.hint', {
            name: next.patient.name,
            time: next.start === null ? '' : timeOf(next.start, zone, i18n.language),
          }),
          press: () =>
            void navigate({
              to: '/cases/appointment/$id',
              params: { id: next.id },
              search: { begin: next.status === 'arrived' ? 'check-in' : undefined },
            }),
        };
      default: {
        const today = choice === 'next-free-today';
        return acts(choice, 'reschedule', t(today ? 'late.next-free-today.hint' : 'late.reschedule.hint'), () =>
          props.onMove(today ? 'today' : undefined),
        );
      }
    }
  };

  return (
    <section className="hs-card hs-late" data-tone="warn" aria-labelledby="late-title">
      <Title order={props.order} id="late-title" mb={4}>
        {t('late.title')}
      </Title>
      <ProblemAlert error={arrive.error} />
      <ul className="hs-plain-list">
        {props.options.map(offerOf).map((offer) => (
          <li key={offer.choice}>
            <Button
              variant="default"
              loading={offer.busy === true}
              onClick={() => offer.press?.()}
              aria-describedby={`late-${offer.choice}`}
              // Stays focusable, so that its reason can be read with the keyboard too.
              {...(offer.press === undefined && { 'data-disabled': true, 'aria-disabled': true })}
            >
              {t(`late.${offer.choice}`)}
            </Button>
            <span id={`late-${offer.choice}`} className="hs-quiet">
              {offer.text}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who waits for the same practitioner and can be taken first. */
function useNextArrived(visit: Appointment, zone: string): Appointment | undefined {
  const date = visit.start === null ? '' : localDay(visit.start, zone);
  const day = useQuery({
    ...dayQuery(date, visit.locationId ?? '', visit.practitionerId ?? undefined),
    enabled: date !== '' && visit.locationId !== null && visit.practitionerId !== null,
  });
  return day.data?.items
    .filter((one) => one.id !== visit.id && waits(one))
    .toSorted((a, b) => (a.start ?? '').localeCompare(b.start ?? ''))[0];
}

const waits = ({ status, seenAt }: Appointment): boolean =>
  status === 'arrived' || (status === 'checked-in' && seenAt === null);
