/**
 * A synthetic season of a waitlist: who waits, which visits are cancelled, and what each patient would answer. Pure: the
 * same seed and parameters give the same season, and an answer is a function of (seed, patient, time) alone, never of the
 * order in which people are asked, so that every policy is tried on the same people (common random numbers).
 *
 * Sources (scheduling-intake.md A3): 11 % of offers were accepted, at 2.76 offers an opening 30 % were filled (JMIR
 * 2024;26:e52071); 45.4 % answered at all (North 2025). How soon people answer and how long before its start a visit is
 * cancelled is in neither: those two, and the mix of people, are assumptions, and stand in the parameters to be changed.
 */
import { Temporal } from 'temporal-polyfill';
import { seededRandom, type Random } from '../seed/random.ts';

export interface SeasonParameters {
  readonly seed: number;
  readonly days: number;
  /** The first day; wishes join from `warmUpDays` before it. */
  readonly startsOn: string;
  readonly warmUpDays: number;
  readonly timeZone: string;
  readonly practitioners: number;
  readonly waitingAtStart: number;
  readonly joinsPerDay: number;
  readonly cancellationsPerDay: number;
  /** Share of offers whose patient wants the time, and says so if the offer still stands by then. */
  readonly accept: number;
  readonly decline: number;
  /** Minutes from the offer to the word; log-normal. */
  readonly answerMedianMinutes: number;
  readonly answerSpread: number;
  /** Patients of 65 and older take so much longer. */
  readonly olderFactor: number;
  /** How long before its start a visit is cancelled: share, and hours from (inclusive) to. */
  readonly leads: readonly { readonly share: number; readonly fromHours: number; readonly toHours: number }[];
  /** Share of those who wait that have a later visit already, which an earlier one replaces. */
  readonly withVisit: number;
  /** Share without mail: a person calls them. */
  readonly byCall: number;
  /** After three silences a person calls so many hours later, and the patient waits again. */
  readonly callPausedAfterHours: number;
}

export const defaultSeason: SeasonParameters = {
  seed: 7,
  days: 30,
  startsOn: '2031-03-03',
  warmUpDays: 14,
  timeZone: 'America/New_York',
  practitioners: 3,
  waitingAtStart: 90,
  joinsPerDay: 3,
  cancellationsPerDay: 3,
  accept: 0.11,
  decline: 0.344,
  answerMedianMinutes: 25,
  answerSpread: 1.3,
  olderFactor: 1.6,
  leads: [
    { share: 0.1, fromHours: 2, toHours: 4 },
    { share: 0.3, fromHours: 4, toHours: 24 },
    { share: 0.3, fromHours: 24, toHours: 72 },
    { share: 0.2, fromHours: 72, toHours: 168 },
    { share: 0.1, fromHours: 168, toHours: 504 },
  ],
  withVisit: 0.6,
  byCall: 0.15,
  callPausedAfterHours: 24,
};

/** Instants are epoch milliseconds. */
export interface SeasonVisit {
  readonly key: string;
  readonly practitioner: number;
  readonly start: number;
}

export interface SeasonEntry {
  readonly key: string;
  readonly joinsAt: number;
  readonly birthDate: string;
  readonly language: string;
  readonly byCall: boolean;
  readonly urgency: 'routine' | 'soon' | 'urgent';
  /** Index of the only practitioner that is wanted; null: anyone. */
  readonly practitioner: number | null;
  readonly days: readonly ('MO' | 'TU' | 'WE' | 'TH' | 'FR')[];
  readonly hours: { readonly from: string; readonly to: string } | null;
  readonly noticeMinutes: number;
  /** The later visit that an earlier one replaces. */
  readonly visit: SeasonVisit | null;
}

export interface SeasonCancellation {
  readonly at: number;
  readonly visit: SeasonVisit;
}

export interface Season {
  readonly parameters: SeasonParameters;
  readonly opensAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly entries: readonly SeasonEntry[];
  readonly cancellations: readonly SeasonCancellation[];
}

export interface Answer {
  readonly says: 'accept' | 'decline' | 'nothing';
  readonly afterMinutes: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR'] as const;

export function makeSeason(parameters: SeasonParameters): Season {
  const { timeZone, days, warmUpDays, seed } = parameters;
  const first = Temporal.PlainDate.from(parameters.startsOn);
  const at = (day: number, minutes: number): number =>
    first
      .add({ days: day })
      .toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 }) })
      .epochMilliseconds; // prettier-ignore
  const slots = freeSlots(parameters, at);
  // Each kind of draw has a stream of its own: one more cancellation changes nobody's wish.
  const calls = streamOf(seed, 'cancellations');
  const cancellations = Array.from({ length: Math.round(days * parameters.cancellationsPerDay) }, (_, k) => {
    // By telephone in the day, through the portal in the evening too.
    const cancelledAt = at(calls.between(0, days - 1), calls.between(7 * 60, 21 * 60));
    const { fromHours, toHours } = pickLead(parameters, calls.next());
    const lead = (fromHours + calls.next() * (toHours - fromHours)) * HOUR;
    return { at: cancelledAt, visit: slots.take(`cancelled ${k}`, cancelledAt + lead, calls) };
  });
  const people = streamOf(seed, 'people');
  const total = parameters.waitingAtStart + Math.round(days * parameters.joinsPerDay);
  const entries = Array.from({ length: total }, (_, k): SeasonEntry => {
    const early = k < parameters.waitingAtStart;
    const day = early ? people.between(-warmUpDays, -1) : people.between(0, days - 1);
    const joinsAt = at(day, people.between(8 * 60, 18 * 60));
    const age = pickAge(people.next());
    const older = age >= 65;
    const birthYear = first.year - age - 1;
    const birth = `${birthYear}-${two(people.between(1, 12))}-${two(people.between(1, 28))}`;
    const draws = Array.from({ length: 8 }, () => people.next());
    return {
      key: `entry ${k}`,
      joinsAt,
      birthDate: birth,
      language: draws[0]! < 0.74 ? 'en' : draws[0]! < 0.94 ? 'es' : 'vi',
      byCall: draws[1]! < parameters.byCall * (older ? 2 : 0.8),
      urgency: draws[2]! < 0.05 ? 'urgent' : draws[2]! < 0.2 ? 'soon' : 'routine',
      practitioner: draws[3]! < 0.35 ? Math.floor((draws[3]! / 0.35) * parameters.practitioners) : null,
      days: draws[4]! < 0.2 ? weekdays.filter((_day, n) => (n + k) % 5 < 3) : [],
      hours: draws[5]! < 0.1 ? { from: '08:00', to: '12:00' } : draws[5]! < 0.2 ? { from: '12:00', to: '17:00' } : null,
      noticeMinutes: draws[6]! < 0.4 ? 60 : draws[6]! < 0.8 ? 240 : 1440,
      visit:
        draws[7]! < parameters.withVisit
          ? slots.take(`later ${k}`, joinsAt + people.between(20, 80) * DAY, people)
          : null,
    };
  });
  return {
    parameters,
    opensAt: at(-warmUpDays, 0),
    startsAt: at(0, 0),
    endsAt: at(days, 0),
    entries: entries.toSorted((a, b) => a.joinsAt - b.joinsAt),
    cancellations: cancellations.toSorted((a, b) => a.at - b.at),
  };
}

/** What somebody would say about a time, whoever was asked before and whatever the policy is. */
export function answerOf(
  parameters: SeasonParameters,
  entry: Pick<SeasonEntry, 'key' | 'birthDate'>,
  time: Pick<SeasonVisit, 'practitioner' | 'start'>,
): Answer {
  const random = streamOf(parameters.seed, `answer/${entry.key}/${time.practitioner}/${time.start}`);
  const mind = random.next();
  const says =
    mind < parameters.accept ? 'accept' : mind < parameters.accept + parameters.decline ? 'decline' : 'nothing';
  const older = Number(parameters.startsOn.slice(0, 4)) - Number(entry.birthDate.slice(0, 4)) > 65;
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const median = parameters.answerMedianMinutes * (older ? parameters.olderFactor : 1);
  return { says, afterMinutes: median * Math.exp(parameters.answerSpread * normal) };
}

/** A stream of numbers for a name; FNV-1a spreads the names over the seeds. */
function streamOf(seed: number, name: string): Random {
  let hash = 0x811c9dc5;
  for (const character of `${seed}/${name}`) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  const random = seededRandom(hash);
  // Names that differ in their last character begin alike.
  random.next();
  return random;
}

/** Half hours from 08:00 to 17:00 of weekdays, each given once. */
function freeSlots({ practitioners, timeZone }: SeasonParameters, at: (day: number, minutes: number) => number) {
  const taken = new Set<string>();
  const dayZero = at(0, 0);
  return {
    /** The next free one from an instant on. */
    take(key: string, from: number, random: Random): SeasonVisit {
      const wanted = random.between(0, practitioners - 1);
      for (let day = Math.floor((from - dayZero) / DAY) - 1; ; day += 1) {
        const weekday = Temporal.Instant.fromEpochMilliseconds(at(day, 720)).toZonedDateTimeISO(timeZone).dayOfWeek;
        if (weekday > 5) continue;
        for (let minutes = 8 * 60; minutes < 17 * 60; minutes += 30) {
          const start = at(day, minutes);
          if (start < from) continue;
          for (let k = 0; k < practitioners; k += 1) {
            const practitioner = (wanted + k) % practitioners;
            if (taken.has(`${practitioner} ${start}`)) continue;
            taken.add(`${practitioner} ${start}`);
            return { key, practitioner, start };
          }
        }
      }
    },
  };
}

function pickLead({ leads }: SeasonParameters, draw: number): SeasonParameters['leads'][number] {
  let left = draw * leads.reduce((sum, { share }) => sum + share, 0);
  return leads.find(({ share }) => (left -= share) < 0) ?? leads.at(-1)!;
}

/** Age bands of a general practice, about. */
function pickAge(draw: number): number {
  const bands = [
    { share: 0.12, from: 2, to: 17 },
    { share: 0.28, from: 18, to: 39 },
    { share: 0.34, from: 40, to: 64 },
    { share: 0.26, from: 65, to: 90 },
  ];
  let left = draw;
  for (const { share, from, to } of bands) {
    if (left < share) return from + Math.floor((left / share) * (to - from + 1));
    left -= share;
  }
  return 50;
}

const two = (n: number): string => String(n).padStart(2, '0');
