/** What a patient waits for, as a form holds it and as the API takes it: an empty field is no limit. */
import type { Urgency } from '../../../domain/waitlist/waitlist.ts';
import type { Weekday, Wish } from '../api/types.ts';
import type { WishBody } from '../api/waitlist.ts';

export const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** Minutes of notice that are offered to choose from. */
export const notices = [120, 240, 1_440, 2_880, 4_320, 10_080] as const;
const leastGain = 2;
const usualNotice = 240;

export interface WishDraft {
  readonly visitTypeIds: readonly string[];
  readonly urgency: Urgency;
  readonly currentAppointmentId: string;
  readonly minGainDays: number;
  readonly named: boolean;
  readonly providerIds: readonly string[];
  readonly locationIds: readonly string[];
  readonly modes: readonly string[];
  readonly days: readonly string[];
  readonly timeFrom: string;
  readonly timeTo: string;
  readonly earliest: string;
  readonly latest: string;
  readonly noticeMinutes: number;
  readonly maxTravelKm: number | '';
}

export const emptyDraft: WishDraft = {
  visitTypeIds: [],
  urgency: 'routine',
  currentAppointmentId: '',
  minGainDays: leastGain,
  named: false,
  providerIds: [],
  locationIds: [],
  modes: ['in-person'],
  days: [],
  timeFrom: '',
  timeTo: '',
  earliest: '',
  latest: '',
  noticeMinutes: usualNotice,
  maxTravelKm: '',
};

export const draftOf = (wish: Wish): WishDraft => ({
  visitTypeIds: wish.visitTypeIds,
  urgency: wish.urgency,
  currentAppointmentId: wish.currentAppointmentId ?? '',
  minGainDays: wish.minGainDays,
  named: wish.providerIds !== null,
  providerIds: wish.providerIds ?? [],
  locationIds: wish.locationIds,
  modes: wish.modes,
  days: wish.days,
  timeFrom: wish.timeFrom?.slice(0, 5) ?? '',
  timeTo: wish.timeTo?.slice(0, 5) ?? '',
  earliest: wish.earliest ?? '',
  latest: wish.latest ?? '',
  noticeMinutes: wish.noticeMinutes,
  maxTravelKm: wish.maxTravelKm ?? '',
});

const orNull = (value: string): string | null => (value === '' ? null : value);
const modes = ['in-person', 'video', 'phone'] as const;

export type WishFields = Omit<WishBody, 'patientId'>;
export const fieldsOf = (draft: WishDraft): WishFields => ({
  visitTypeIds: [...draft.visitTypeIds],
  urgency: draft.urgency,
  currentAppointmentId: orNull(draft.currentAppointmentId),
  minGainDays: draft.minGainDays,
  providerIds: draft.named && draft.providerIds.length > 0 ? [...draft.providerIds] : null,
  locationIds: [...draft.locationIds],
  modes: modes.filter((mode) => draft.modes.includes(mode)),
  days: weekdays.filter((day) => draft.days.includes(day)),
  timeFrom: orNull(draft.timeFrom),
  timeTo: orNull(draft.timeTo),
  earliest: orNull(draft.earliest),
  latest: orNull(draft.latest),
  noticeMinutes: draft.noticeMinutes,
  maxTravelKm: draft.maxTravelKm === '' ? null : draft.maxTravelKm,
});

export type DraftProblem = 'needTypes' | 'needModes' | 'needNames' | 'bothTimes' | 'timesOrder' | 'datesOrder';

/** What stands in the way, in the order of the form. */
export function problemsOf(draft: WishDraft): DraftProblem[] {
  const { timeFrom, timeTo, earliest, latest } = draft;
  const checks: readonly (readonly [DraftProblem, boolean])[] = [
    ['needTypes', draft.visitTypeIds.length === 0],
    ['needNames', draft.named && draft.providerIds.length === 0],
    ['needModes', draft.modes.length === 0],
    ['bothTimes', (timeFrom === '') !== (timeTo === '')],
    ['timesOrder', timeFrom !== '' && timeTo !== '' && timeTo < timeFrom],
    ['datesOrder', earliest !== '' && latest !== '' && latest < earliest],
  ];
  return checks.filter(([, holds]) => holds).map(([problem]) => problem);
}
