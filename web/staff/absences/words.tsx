/** How an absence and one patient's part of it stand, in a word, an icon and a quiet colour. */
import {
  IconAlertTriangle,
  IconArrowRight,
  IconCalendarCheck,
  IconCircleCheck,
  IconHourglass,
  IconPhone,
  IconPlayerPause,
  IconPlayerStop,
  IconUsers,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { AbsenceState, CaseState } from '../../../domain/schedule/absence.ts';
import type { Absence, AbsenceCase } from '../api/absences.ts';
import { dayOf, localDay, localMinutes, timeOf } from '../lib/time.ts';
import type { Tone } from '../parts/states.tsx';

type Look = readonly [Tone, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>];

const absenceLooks: Readonly<Record<AbsenceState, Look>> = {
  running: ['warn', IconHourglass],
  paused: ['neutral', IconPlayerPause],
  resolved: ['good', IconCircleCheck],
  stopped: ['neutral', IconPlayerStop],
};
export const caseLooks: Readonly<Record<CaseState, Look>> = {
  'affected': ['warn', IconAlertTriangle],
  'offered': ['info', IconHourglass],
  'to-call': ['bad', IconPhone],
  'joined': ['info', IconUsers],
  'rebooked': ['good', IconCalendarCheck],
  'cancelled': ['neutral', IconX],
  'kept': ['good', IconCircleCheck],
  'moved-resource': ['good', IconArrowRight],
  'called': ['good', IconPhone],
  'begun': ['neutral', IconCircleCheck],
  'stopped': ['bad', IconPlayerStop],
}; // prettier-ignore

export function AbsenceBadge({ state }: { readonly state: AbsenceState }) {
  const { t } = useTranslation();
  const [tone, Icon] = absenceLooks[state];
  return (
    <span className="hs-badge" data-tone={tone}>
      <Icon size={14} aria-hidden />
      {t(`absenceState.${state}`)}
    </span>
  );
}

export function CaseBadge({ one }: { readonly one: Pick<AbsenceCase, 'state' | 'paused'> }) {
  const { t } = useTranslation();
  const [tone, Icon] = caseLooks[one.state];
  return (
    <>
      <span className="hs-badge" data-tone={tone}>
        <Icon size={14} aria-hidden />
        {t(`absenceCase.${one.state}`)}
      </span>
      {one.paused && (
        <span className="hs-badge" data-tone="neutral">
          <IconPlayerPause size={14} aria-hidden />
          {t('absence.casePaused')}
        </span>
      )}
    </>
  );
}

/** Who or what is away. */
export const whatOf = (absence: Pick<Absence, 'resource' | 'location'>): string =>
  absence.resource?.name ?? absence.location?.name ?? '';

/** "Wed, Mar 17, 9:00 AM – 5:00 PM": the day is said once where one day is enough, and whole days are days. */
export function useSpan(): (absence: Pick<Absence, 'start' | 'end' | 'timeZone'>) => string {
  const { i18n } = useTranslation();
  return ({ start, end, timeZone }) => {
    const at = (instant: string): string => timeOf(instant, timeZone, i18n.language);
    const day = (instant: string): string => dayOf(instant, timeZone, i18n.language);
    const lastDay = day(new Date(Date.parse(end) - 1).toISOString());
    if (localMinutes(start, timeZone) === 0 && localMinutes(end, timeZone) === 0)
      return day(start) === lastDay ? day(start) : `${day(start)} – ${lastDay}`;
    const sameDay = localDay(start, timeZone) === localDay(Date.parse(end) - 1, timeZone);
    return sameDay
      ? `${day(start)}, ${at(start)} – ${at(end)}`
      : `${day(start)}, ${at(start)} – ${day(end)}, ${at(end)}`;
  };
}
