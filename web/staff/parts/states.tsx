/** A state as a word with an icon and a quiet colour; the colour alone says nothing. */
import {
  IconAlertTriangle,
  IconCalendarCheck,
  IconCheck,
  IconCircleCheck,
  IconClock,
  IconDoorEnter,
  IconHelpCircle,
  IconHourglass,
  IconId,
  IconUserOff,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';
type Look = readonly [Tone, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>];

const looks: Readonly<Record<string, Look>> = {
  proposed: ['info', IconHelpCircle],
  pending: ['warn', IconHourglass],
  waitlist: ['info', IconClock],
  booked: ['neutral', IconCalendarCheck],
  confirmed: ['info', IconCheck],
  arrived: ['warn', IconDoorEnter],
  'checked-in': ['good', IconId],
  'in-visit': ['good', IconClock],
  fulfilled: ['good', IconCircleCheck],
  cancelled: ['neutral', IconX],
  noshow: ['bad', IconUserOff],
  'entered-in-error': ['bad', IconAlertTriangle],
};

export interface Stateful {
  readonly status: string;
  readonly confirmedAt?: string | null;
  readonly seenAt?: string | null;
}

/** Booked and checked-in each have a finer word that a clinic uses. */
export function shownState(visit: Stateful): string {
  if (visit.status === 'booked' && visit.confirmedAt != null) return 'confirmed';
  if (visit.status === 'checked-in' && visit.seenAt != null) return 'in-visit';
  return visit.status;
}

export const toneOf = (state: string): Tone => looks[state]?.[0] ?? 'neutral';

export function StateIcon({ state, size = 14 }: { readonly state: string; readonly size?: number }) {
  const Icon = looks[state]?.[1] ?? IconHelpCircle;
  return <Icon size={size} aria-hidden />;
}

export function StateBadge({ visit }: { readonly visit: Stateful }) {
  const { t } = useTranslation();
  const state = shownState(visit);
  return (
    <span className="hs-badge" data-tone={toneOf(state)}>
      <StateIcon state={state} />
      {t(`state.${state}`)}
    </span>
  );
}

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: React.ReactNode }) {
  return (
    <span className="hs-badge" data-tone={tone}>
      {children}
    </span>
  );
}
