/**
 * Who is asked first about a freed time: everybody who waits for its visit type, with every reason for or against
 * (scheduling-intake.md D2). One statement reads all of them, one writes the result; the judgment between is domain/waitlist.
 */
import { startOfLocalDay } from '../domain/calendar.ts';
import {
  judgeCandidate,
  judgeFor,
  type Candidate,
  type OpeningTime,
  type WaitlistReason,
} from '../domain/waitlist-eligibility.ts';
import type { VisitMode, Weekday } from '../domain/schedule.ts';
import { inRankOrder, type RankedFactors } from '../domain/waitlist.ts';
import type { Trx } from './connection.ts';
import type { OpeningCase } from './opening-view.ts';

/** One of the list, judged. */
export interface Ranked {
  readonly entryId: string;
  readonly patientId: string;
  readonly version: number;
  readonly timeZone: string;
  readonly joinedAt: number;
  readonly factors: RankedFactors;
  readonly reasons: readonly (WaitlistReason | 'quiet-hours')[];
  /** 1 is asked first; null: not asked at all. */
  readonly rank: number | null;
}

/**
 * What the statement below writes of each, in this order, as one line of text: ten thousand rows of typed columns or of
 * JSON take several times as long on both sides. No value holds the separator: ids, codes, numbers, dates, zone names.
 */
const columns = [
  'id', 'patientId', 'state', 'version', 'providerIds', 'locationIds', 'modes', 'days', 'timeFrom', 'timeTo', 'earliest', 'latest', 'urgency', 'currentStart',
  'minGainDays', 'maxTravelKm', 'noticeMinutes', 'joinedAt', 'expiresAt', 'noResponses', 'latitude', 'longitude', 'birthDate', 'deceased', 'active', 'timeZone',
  'established', 'overlaps', 'offeredElsewhere', 'offersToday', 'askedHere', 'askedBefore', 'storedRank', 'storedReasons', 'storedScore', 'storedDays',
] as const; // prettier-ignore
type Column = (typeof columns)[number];

const seconds = (column: string): string => `date_part('epoch', ${column})`;

/**
 * `asked`: who said something, or let the time pass, on the list that this one resumes. Filters on starts_at and ends_at
 * only (migration 004); the longest reservation is two days.
 */
const candidatesSql = `
WITH RECURSIVE resumed AS (
    SELECT o.resumes_id AS id FROM opening o WHERE o.id = :openingId AND o.resumes_id IS NOT NULL
    UNION SELECT o.resumes_id FROM resumed r JOIN opening o ON o.id = r.id WHERE o.resumes_id IS NOT NULL),
  here AS MATERIALIZED (SELECT f.entry_id FROM waitlist_offer f WHERE f.opening_id = :openingId),
  asked AS MATERIALIZED (
    SELECT DISTINCT f.entry_id FROM resumed r JOIN waitlist_offer f ON f.opening_id = r.id AND f.state IN ('accepted', 'declined', 'expired')),
  busy AS MATERIALIZED (
    SELECT r.patient_id, v.appointment_id FROM reservation v JOIN resource r ON r.id = v.resource_id AND r.kind = 'patient'
    WHERE v.released_at IS NULL AND v.starts_at < :end AND v.starts_at > CAST(:start AS timestamptz) - interval '2 days' AND v.ends_at > :start
      AND (v.expires_at IS NULL OR v.expires_at > :at)),
  today AS MATERIALIZED (SELECT f.entry_id, count(*) AS n FROM waitlist_offer f WHERE f.offered_at >= :today GROUP BY f.entry_id),
  waiting AS (SELECT DISTINCT w.entry_id FROM waitlist_entry_visit_type w WHERE w.live AND w.visit_type_id = ANY(:visitTypeIds))
SELECT string_agg(concat(
  e.id, '|',
  e.patient_id, '|',
  e.state, '|',
  e.version, '|',
  e.provider_ids, '|',
  e.location_ids, '|',
  e.modes, '|',
  e.days, '|',
  e.time_from, '|',
  e.time_to, '|',
  e.earliest, '|',
  e.latest, '|',
  e.urgency, '|',
  ${seconds('c.start_at')}, '|',
  e.min_gain_days, '|',
  e.max_travel_km, '|',
  e.notice_minutes, '|',
  ${seconds('e.joined_at')}, '|',
  ${seconds('e.expires_at')}, '|',
  e.no_responses, '|',
  p.latitude, '|',
  p.longitude, '|',
  p.birth_date, '|',
  p.deceased, '|',
  p.active, '|',
  p.time_zone, '|',
  :newOrKnown AND EXISTS (SELECT FROM appointment a WHERE a.patient_id = p.id AND a.organization_id = p.organization_id AND a.status = 'fulfilled'), '|',
  EXISTS (SELECT FROM busy b WHERE b.patient_id = e.patient_id AND b.appointment_id IS DISTINCT FROM c.id), '|',
  e.state = 'offered' AND EXISTS (SELECT FROM waitlist_offer f WHERE f.entry_id = e.id AND f.state = 'offered' AND f.opening_id <> :openingId), '|',
  coalesce((SELECT t.n FROM today t WHERE t.entry_id = e.id), 0), '|',
  e.id IN (SELECT h.entry_id FROM here h), '|',
  e.id IN (SELECT a.entry_id FROM asked a), '|',
  k.rank, '|',
  k.reasons, '|',
  k.factors->>'score', '|',
  k.factors->>'daysWaiting'), E'\\n') AS lines
FROM waiting w JOIN waitlist_entry e ON e.id = w.entry_id JOIN patient p ON p.id = e.patient_id
  LEFT JOIN appointment c ON c.id = e.current_appointment_id AND c.status = 'booked'
  LEFT JOIN waitlist_ranking k ON k.opening_id = :openingId AND k.entry_id = e.id
WHERE CAST(:entryId AS uuid) IS NULL OR e.id = CAST(:entryId AS uuid)`;

interface Asked extends Candidate {
  readonly version: number;
  readonly timeZone: string | null;
  readonly askedHere: boolean;
  /** What the last look wrote: rank, reasons, and the factors that change with time. Null at the first. */
  readonly stored: string | null;
}

/** Everybody who waits for one of its visit types, or one entry alone. */
async function readCandidates(trx: Trx, { row, limits }: OpeningCase, at: number, entryId?: string): Promise<Asked[]> {
  const { rows } = await trx.raw<{ rows: { lines: string | null }[] }>(candidatesSql, {
    openingId: row.id,
    visitTypeIds: row.visit_type_ids,
    start: row.start_at,
    end: row.end_at,
    at: new Date(at),
    today: new Date(startOfLocalDay(at, row.tz)),
    newOrKnown: limits.newPatient !== null,
    entryId: entryId ?? null,
  });
  const lines = rows[0]?.lines?.split('\n') ?? [];
  return lines.map((line) => toCandidate(line.split('|'), row.visit_type_ids));
}

const position = Object.fromEntries(columns.map((name, k) => [name, k])) as Record<Column, number>;

function toCandidate(line: readonly string[], visitTypeIds: readonly string[]): Asked {
  const text = (name: Column): string => line[position[name]]!;
  const orNull = (name: Column): string | null => text(name) || null;
  const number = (name: Column): number => Number(text(name));
  const numberOrNull = (name: Column): number | null => (text(name) === '' ? null : number(name));
  const truth = (name: Column): boolean => text(name) === 't';
  // An array as the server writes it: `{a,b}`, never quoted, because its elements are ids and codes.
  const list = (name: Column): string[] => (text(name).length <= 2 ? [] : text(name).slice(1, -1).split(','));
  const instant = (name: Column): number => Math.round(number(name) * 1000);
  const [latitude, longitude] = [numberOrNull('latitude'), numberOrNull('longitude')];
  const askedHere = truth('askedHere');
  return {
    entryId: text('id'),
    patientId: text('patientId'),
    state: text('state') as Candidate['state'],
    version: number('version'),
    timeZone: orNull('timeZone'),
    visitTypeIds,
    providerIds: text('providerIds') === '' ? null : list('providerIds'),
    locationIds: list('locationIds'),
    modes: list('modes') as VisitMode[],
    days: list('days') as Weekday[],
    timeFrom: orNull('timeFrom'),
    timeTo: orNull('timeTo'),
    earliest: orNull('earliest'),
    latest: orNull('latest'),
    urgency: text('urgency') as Candidate['urgency'],
    currentStart: text('currentStart') === '' ? null : instant('currentStart'),
    minGainDays: number('minGainDays'),
    maxTravelKm: numberOrNull('maxTravelKm'),
    noticeMinutes: number('noticeMinutes'),
    joinedAt: instant('joinedAt'),
    expiresAt: instant('expiresAt'),
    noResponses: number('noResponses'),
    home: latitude === null || longitude === null ? null : { latitude, longitude },
    fit: {
      birthDate: orNull('birthDate'),
      deceased: truth('deceased'),
      active: truth('active'),
      established: truth('established'),
    },
    overlaps: truth('overlaps'),
    offeredElsewhere: truth('offeredElsewhere'),
    offersToday: number('offersToday'),
    askedHere,
    askedAlready: askedHere || truth('askedBefore'),
    stored:
      text('storedReasons') === ''
        ? null
        : markOf(numberOrNull('storedRank'), list('storedReasons'), number('storedScore'), number('storedDays')),
  };
}

const markOf = (rank: number | null, reasons: readonly string[], score: number, days: number): string =>
  `${rank} ${score} ${days} ${reasons.join()}`;

const timeOf = ({ row, limits, prepLeadMinutes, place }: OpeningCase): OpeningTime => ({
  start: row.start_at.getTime(),
  end: row.end_at.getTime(),
  timeZone: row.tz,
  practitionerId: row.practitioner_id,
  locationId: row.location_id,
  place,
  mode: row.mode,
  visitTypeIds: row.visit_type_ids,
  limits,
  prepLeadMinutes,
});

/** What not even a person's word overrules when they say who is asked next. */
const hard: ReadonlySet<WaitlistReason> = new Set([
  'not-active',
  'entry-expired',
  'visit-type-mismatch',
  'mode-mismatch',
  'not-eligible',
  'patient-overlap',
  'offer-live-elsewhere',
]);

const cannotBePinned = (entry: Asked, reasons: readonly WaitlistReason[]): WaitlistReason[] =>
  reasons.filter((reason) => hard.has(reason) || (reason === 'asked-already' && entry.askedHere));

/** Why an entry cannot be asked about this opening whatever staff wish; null when it does not wait for it at all. */
export async function pinProblems(
  trx: Trx,
  opening: OpeningCase,
  entryId: string,
  at: number,
): Promise<readonly WaitlistReason[] | null> {
  const [entry] = await readCandidates(trx, opening, at, entryId);
  if (entry === undefined) return null;
  return cannotBePinned(entry, judgeCandidate(timeOf(opening), entry, opening.policy, at).reasons);
}

/**
 * Judges and orders everybody, and keeps it. Whoever staff pinned comes first, also when a wish or an earlier answer speaks
 * against it (C10: asked anew); the reasons stay on record.
 * @param quiet who may not be written to at this hour of theirs: ranked, and passed over this time
 */
export async function rankEntries(
  trx: Trx,
  opening: OpeningCase,
  at: Date,
  quiet: (timeZone: string) => boolean,
): Promise<Ranked[]> {
  const { row, policy } = opening;
  const asleep = new Map<string, boolean>();
  const isQuiet = (zone: string): boolean => {
    const known = asleep.get(zone) ?? quiet(zone);
    asleep.set(zone, known);
    return known;
  };
  const judge = judgeFor(timeOf(opening), policy, at.getTime());
  const judged = (await readCandidates(trx, opening, at.getTime())).map((entry) => {
    const { reasons, factors } = judge(entry);
    const pinned = entry.entryId === row.pinned_entry_id && cannotBePinned(entry, reasons).length === 0;
    const eligible = pinned || reasons.length === 0;
    return { entryId: entry.entryId, joinedAt: entry.joinedAt, entry, reasons, factors, pinned, eligible };
  });
  const order = [
    ...judged.filter(({ pinned }) => pinned),
    ...inRankOrder(judged.filter(({ eligible, pinned }) => eligible && !pinned)),
    ...judged.filter(({ eligible }) => !eligible),
  ];
  // Whoever was asked keeps a place at the head of the list: the second to be asked is number two.
  const asked = judged.filter(({ entry }) => entry.askedHere).length;
  const changed: Ranked[] = [];
  const ranking = order.map(({ entry, reasons, factors, eligible }, k): Ranked => {
    const timeZone = entry.timeZone ?? row.tz;
    const ranked: Ranked = {
      entryId: entry.entryId,
      patientId: entry.patientId,
      version: entry.version,
      timeZone,
      joinedAt: entry.joinedAt,
      factors,
      reasons: eligible && isQuiet(timeZone) ? [...reasons, 'quiet-hours'] : reasons,
      rank: eligible ? asked + k + 1 : null,
    };
    if (entry.stored !== markOf(ranked.rank, ranked.reasons, factors.score, factors.daysWaiting)) changed.push(ranked);
    return ranked;
  });
  await storeRanking(trx, row.organization_id, row.id, changed, at);
  return ranking;
}

/** What has not changed since the last look was left out: the list behind an offer is the same when the next is asked. */
async function storeRanking(
  trx: Trx,
  organizationId: string,
  openingId: string,
  ranking: readonly Ranked[],
  at: Date,
): Promise<void> {
  if (ranking.length === 0) return;
  await trx.raw(
    `INSERT INTO waitlist_ranking (organization_id, opening_id, entry_id, rank, eligible, reasons, factors, ranked_at)
     SELECT :organizationId, :openingId, x.id, x.rank, x.rank IS NOT NULL, x.reasons, x.factors, :at
     FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(id uuid, rank int, reasons text[], factors jsonb)
     ON CONFLICT (opening_id, entry_id) DO UPDATE SET rank = excluded.rank, eligible = excluded.eligible, reasons = excluded.reasons, factors = excluded.factors, ranked_at = excluded.ranked_at`,
    {
      organizationId,
      openingId,
      at,
      rows: JSON.stringify(
        ranking.map(({ entryId, rank, reasons, factors }) => ({ id: entryId, rank, reasons, factors })),
      ),
    },
  );
}
