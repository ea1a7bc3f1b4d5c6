/**
 * The answers on the way to the waiting list live in the address, as those of booking do: `type`, `visit` (the one that an
 * earlier time replaces, or `none`), `who` and `where` (ids with commas), `days`, `part`, `notice`, and `wish` for one that
 * is being changed.
 */
import type { Query } from '../router.tsx';
import type { Request } from '../../shared/api-client.ts';
import { dayParts, partOf, weekdays } from './wish-words.tsx';
import type { Wish } from './wish-words.tsx';

export const listOf = (value: string | undefined): string[] => (value ?? '').split(',').filter((part) => part !== '');

/** Minutes that are offered to choose from. */
export const notices = [240, 1_440, 2_880, 10_080] as const;
export const usualNotice = 240;

export const answersOf = (wish: Wish): Query => {
  const part = partOf(wish.timeFrom, wish.timeTo);
  return {
    wish: wish.id,
    type: wish.visitTypeIds[0],
    visit: wish.currentAppointmentId ?? 'none',
    who: (wish.providerIds ?? []).join(','),
    where: wish.locationIds.join(','),
    days: wish.days.join(','),
    part: part ?? 'own',
    from: part === null ? (wish.timeFrom ?? undefined) : undefined,
    to: part === null ? (wish.timeTo ?? undefined) : undefined,
    notice: String(wish.noticeMinutes),
  };
};

/** The times that a part of the day stands for; `own` are times that the clinic agreed on with the patient. */
export function timesOf(answers: Query): { readonly timeFrom: string | null; readonly timeTo: string | null } {
  const part = answers['part'];
  if (part === 'own') return { timeFrom: answers['from'] ?? null, timeTo: answers['to'] ?? null };
  if (part === 'morning' || part === 'afternoon' || part === 'evening')
    return { timeFrom: dayParts[part][0], timeTo: dayParts[part][1] };
  return { timeFrom: null, timeTo: null };
}

type Body = Request<'POST /waitlist-entries'>['body'];
/** What the questions decide; everything else about a wish stays as it is. */
export function wishOf(
  answers: Query,
): Pick<Body, 'providerIds' | 'locationIds' | 'days' | 'timeFrom' | 'timeTo' | 'noticeMinutes'> {
  const who = listOf(answers['who']);
  const days = listOf(answers['days']);
  return {
    providerIds: who.length === 0 ? null : who,
    locationIds: listOf(answers['where']),
    days: weekdays.filter((day) => days.includes(day)),
    ...timesOf(answers),
    noticeMinutes: Number(answers['notice'] ?? usualNotice),
  };
}
