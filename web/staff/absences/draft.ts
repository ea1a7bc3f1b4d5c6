/** What the wizard asks, as it is typed, and what is sent of it. */
import { useQuery } from '@tanstack/react-query';
import type { Declaration } from '../api/absences.ts';
import { practitionersQuery, resourcesQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { addDays, instant, startOfDay } from '../lib/time.ts';

export interface Draft {
  /** `r:<id>` of a practitioner, room or machine; `l:<id>` of a whole place. */
  readonly what: string;
  /** Without times: from the beginning of the first day to the end of the last. */
  readonly wholeDays: boolean;
  /** `YYYY-MM-DD` and `HH:MM` on the clock of the place. */
  readonly fromDay: string;
  readonly fromTime: string;
  readonly toDay: string;
  readonly toTime: string;
  readonly code: string;
  readonly words: string;
  readonly fold: '' | 'earlier' | 'later';
}

export const emptyDraft = (what: string, day: string): Draft => ({
  what,
  wholeDays: true,
  fromDay: day,
  fromTime: '08:00',
  toDay: day,
  toTime: '18:00',
  code: what.startsWith('l:') ? 'equipment' : 'practitioner-away',
  words: '',
  fold: '',
});

export const reasonOf = ({ code, words }: Draft): string => (code === 'other' ? words.trim() : code);

export const isComplete = (draft: Draft): boolean =>
  draft.what.length > 2 &&
  draft.fromDay !== '' &&
  draft.toDay !== '' &&
  reasonOf(draft) !== '' &&
  (draft.wholeDays || (draft.fromTime !== '' && draft.toTime !== ''));

export const endsBeforeItBegins = (draft: Draft): boolean =>
  draft.fromDay !== '' &&
  draft.toDay !== '' &&
  (draft.wholeDays
    ? draft.toDay < draft.fromDay
    : `${draft.toDay}T${draft.toTime}` <= `${draft.fromDay}T${draft.fromTime}`);

/** A time that somebody typed goes as it was typed: the server refuses or asks (scheduling-intake.md B7). */
export function toDeclaration(draft: Draft, zone: string): Declaration {
  const [scope, id = ''] = draft.what.split(':');
  return {
    ...(scope === 'l' ? { locationId: id } : { resourceId: id }),
    ...(draft.wholeDays
      ? { start: instant(startOfDay(draft.fromDay, zone)), end: instant(startOfDay(addDays(draft.toDay, 1), zone)) }
      : {
          start: `${draft.fromDay}T${draft.fromTime}`,
          end: `${draft.toDay}T${draft.toTime}`,
          timeZone: zone,
          ...(draft.fold !== '' && { fold: draft.fold }),
        }),
    reason: reasonOf(draft),
  };
}

/** The clock that is meant: of the place, or where the practitioner or the room is at home; else of the workplace. */
export function useZoneOf(): (what: string) => string {
  const { locations, zone } = useWorkplace();
  const practitioners = useQuery(practitionersQuery());
  const resources = useQuery(resourcesQuery);
  return (what) => {
    const [, id = ''] = what.split(':');
    const home = [...(practitioners.data?.items ?? []), ...(resources.data?.items ?? [])].find((one) => one.id === id);
    return locations.find((one) => one.id === (home?.locationId ?? id))?.timeZone ?? zone;
  };
}
