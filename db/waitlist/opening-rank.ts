/**
 * Who is asked first about a freed time: everybody who waits for its visit type, with every reason for or against
 * (scheduling-intake.md D2). One statement reads all of them, one writes the result; the judgment between is domain/waitlist.
 */
import { startOfLocalDay } from '../../domain/calendar/calendar.ts';
import {
  judgeCandidate,
  judgeFor,
  type Candidate,
  type OpeningTime,
  type WaitlistReason,
} from '../../domain/waitlist/waitlist-eligibility.ts';
import type { VisitMode, Weekday } from '../../domain/schedule/schedule.ts';
import { inRankOrder, type RankedFactors } from '../../domain/waitlist/waitlist.ts';
import type { Trx } from '../connection.ts';
import type { OpeningCase } from './opening-view.ts';

/** One of the list, judged. */
export interface Ranked {
  readonly entryId: string;
  readonly version: number;
  readonly timeZone: string;
  readonly factors: RankedFactors;
  readonly reasons: readonly (WaitlistReason | 'quiet-hours')[];
  /** 1 is asked first; null: not asked at all. */
  readonly rank: number | null;
}

/** Epoch milliseconds; a whole number is written much faster than the shortest digits of a broken one. */
const instant = (column: string): string => `CAST(date_part('epoch', ${column}) * 1000 AS int8)`;

/** Truths in one number. */
const flag = { deceased: 1, inactive: 2, established: 4, overlaps: 8, elsewhere: 16, askedHere: 32, askedBefore: 64 };
const flagIf = (bit: number, condition: string): string => `CASE WHEN ${condition} THEN ${bit} ELSE 0 END`;

/**
 * One line of text for each, in one row: ten thousand rows of typed columns or of JSON take several times as long on both
 * sides. First what everybody has, then what few have, each behind a letter: what is null is not even written. No value
 * holds a separator: ids, codes, numbers, dates, zone names. `asked`: who said something, or let the time pass, on the
 * list that this one resumes. Filters on starts_at and ends_at only (migration 004); the longest reservation is two days.
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
SELECT string_agg(concat_ws('|',
  e.id,
  e.state,
  e.version,
  e.urgency,
  ${instant('e.joined_at')},
  e.min_gain_days,
  e.notice_minutes,
  e.no_responses,
  CAST(p.deceased AS int) * ${flag.deceased} + CAST(NOT p.active AS int) * ${flag.inactive}
    + ${flagIf(flag.established, `:newOrKnown AND EXISTS (SELECT FROM appointment a WHERE a.patient_id = p.id AND a.organization_id = p.organization_id AND a.status = 'fulfilled')`)}
    + ${flagIf(flag.overlaps, `EXISTS (SELECT FROM busy b WHERE b.patient_id = e.patient_id AND b.appointment_id IS DISTINCT FROM c.id)`)}
    + ${flagIf(flag.elsewhere, `e.state = 'offered' AND EXISTS (SELECT FROM waitlist_offer f WHERE f.entry_id = e.id AND f.state = 'offered' AND f.opening_id <> :openingId)`)}
    + ${flagIf(flag.askedHere, `e.id IN (SELECT h.entry_id FROM here h)`)}
    + ${flagIf(flag.askedBefore, `e.id IN (SELECT a.entry_id FROM asked a)`)},
  'P' || CAST(e.provider_ids AS text),
  CASE WHEN e.location_ids <> '{}' THEN 'L' || CAST(e.location_ids AS text) END,
  CASE WHEN e.modes <> '{in-person}' THEN 'M' || CAST(e.modes AS text) END,
  CASE WHEN e.days <> '{}' THEN 'D' || CAST(e.days AS text) END,
  'f' || e.time_from,
  't' || e.time_to,
  'e' || e.earliest,
  'l' || e.latest,
  'c' || ${instant('c.start_at')},
  'k' || e.max_travel_km,
  CASE WHEN e.expires_at <= :at THEN 'o' || ${instant('e.expires_at')} END,
  'x' || p.latitude,
  'y' || p.longitude,
  CASE WHEN :aged THEN 'b' || p.birth_date END,
  'z' || p.time_zone,
  'n' || t.n,
  CASE WHEN k.entry_id IS NOT NULL THEN 'm' || concat_ws(' ', coalesce(k.rank, 0), k.score, k.days_waiting, k.reasons) END), E'\\n') AS lines
FROM waiting w JOIN waitlist_entry e ON e.id = w.entry_id JOIN patient p ON p.id = e.patient_id
  LEFT JOIN appointment c ON c.id = e.current_appointment_id AND c.status IN ('booked', 'arrived', 'checked-in', 'fulfilled', 'noshow')
  LEFT JOIN today t ON t.entry_id = e.id
  LEFT JOIN waitlist_ranking k ON k.opening_id = :openingId AND k.entry_id = e.id
WHERE CAST(:entryId AS uuid) IS NULL OR e.id = CAST(:entryId AS uuid)`;

interface Asked extends Candidate {
  readonly version: number;
  readonly timeZone: string | null;
  readonly askedHere: boolean;
  /** What the last look wrote; null at the first. */
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
    aged: limits.ageMin !== null || limits.ageMax !== null,
    entryId: entryId ?? null,
  });
  const lines = rows[0]?.lines?.split('\n') ?? [];
  return lines.map((line) => toCandidate(line.split('|'), row.visit_type_ids));
}

/** An array as the server writes it, behind its letter: `{a,b}`, never quoted, because its elements are ids and codes. */
const list = (text: string): string[] => text.slice(2, -1).split(',');
const inPerson: readonly VisitMode[] = ['in-person'];

function toCandidate(line: readonly string[], visitTypeIds: readonly string[]): Asked {
  let providerIds: string[] | null = null;
  let locationIds: readonly string[] = [];
  let modes = inPerson;
  let days: readonly Weekday[] = [];
  let timeFrom: string | null = null;
  let timeTo: string | null = null;
  let earliest: string | null = null;
  let latest: string | null = null;
  let currentStart: number | null = null;
  let maxTravelKm: number | null = null;
  let expiresAt = Infinity;
  let latitude: number | null = null;
  let longitude: number | null = null;
  let birthDate: string | null = null;
  let timeZone: string | null = null;
  let offersToday = 0;
  let stored: string | null = null;
  for (let k = 9; k < line.length; k += 1) {
    const value = line[k]!;
    switch (value[0]) {
      case 'P':
        providerIds = list(value);
        break;
      case 'L':
        locationIds = list(value);
        break;
      case 'M':
        modes = list(value) as VisitMode[];
        break;
      case 'D':
        days = list(value) as Weekday[];
        break;
      case 'f':
        timeFrom = value.slice(1);
        break;
      case 't':
        timeTo = value.slice(1);
        break;
      case 'e':
        earliest = value.slice(1);
        break;
      case 'l':
        latest = value.slice(1);
        break;
      case 'c':
        currentStart = Number(value.slice(1));
        break;
      case 'k':
        maxTravelKm = Number(value.slice(1));
        break;
      case 'o':
        expiresAt = Number(value.slice(1));
        break;
      case 'x':
        latitude = Number(value.slice(1));
        break;
      case 'y':
        longitude = Number(value.slice(1));
        break;
      case 'b':
        birthDate = value.slice(1);
        break;
      case 'z':
        timeZone = value.slice(1);
        break;
      case 'n':
        offersToday = Number(value.slice(1));
        break;
      case 'm':
        stored = value.slice(1);
        break;
    }
  }
  const flags = Number(line[8]);
  const askedHere = (flags & flag.askedHere) !== 0;
  return {
    entryId: line[0]!,
    state: line[1] as Candidate['state'],
    version: Number(line[2]),
    timeZone,
    visitTypeIds,
    providerIds,
    locationIds,
    modes,
    days,
    timeFrom,
    timeTo,
    earliest,
    latest,
    urgency: line[3] as Candidate['urgency'],
    currentStart,
    minGainDays: Number(line[5]),
    maxTravelKm,
    noticeMinutes: Number(line[6]),
    joinedAt: Number(line[4]),
    expiresAt,
    noResponses: Number(line[7]),
    home: latitude === null || longitude === null ? null : { latitude, longitude },
    fit: {
      birthDate,
      deceased: (flags & flag.deceased) !== 0,
      active: (flags & flag.inactive) === 0,
      established: (flags & flag.established) !== 0,
    },
    overlaps: (flags & flag.overlaps) !== 0,
    offeredElsewhere: (flags & flag.elsewhere) !== 0,
    offersToday,
    askedHere,
    askedAlready: askedHere || (flags & flag.askedBefore) !== 0,
    stored,
  };
}

/** Of a ranked entry, what may change while nobody touches it: as the statement above writes what is stored. */
const markOf = ({ rank, factors, reasons }: Ranked): string =>
  `${rank ?? 0} ${factors.score} ${factors.daysWaiting} {${reasons.join()}}`;

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
      version: entry.version,
      timeZone,
      factors,
      reasons: eligible && isQuiet(timeZone) ? [...reasons, 'quiet-hours'] : reasons,
      rank: eligible ? asked + k + 1 : null,
    };
    if (entry.stored === null || entry.stored !== markOf(ranked)) changed.push(ranked);
    return ranked;
  });
  await storeRanking(trx, row.organization_id, row.id, changed, at);
  return ranking;
}

/** The factors of a stored row, as domain/waitlist/waitlist.ts has them. */
export const rankedColumns = `r.rank, r.eligible, r.reasons, r.urgency, r.days_waiting AS "daysWaiting", r.named_provider AS "namedProvider",
  r.preferred_day AS "preferredDay", r.preferred_time AS "preferredTime", r.days_gained AS "daysGained", r.km, r.no_responses AS "noResponses", r.tier, r.score`;

/** An array as the server reads it: of numbers, ids and codes, which need no quotes. */
const arrayOf = (values: readonly (string | number)[]): string => `{${values.join()}}`;

/**
 * What has not changed since the last look was left out: the list behind an offer is the same when the next is asked.
 * Columns as arrays: ten thousand rows of JSON would take Postgres longer to parse than to store.
 */
async function storeRanking(
  trx: Trx,
  organizationId: string,
  openingId: string,
  ranking: readonly Ranked[],
  at: Date,
): Promise<void> {
  if (ranking.length === 0) return;
  await trx.raw(
    `INSERT INTO waitlist_ranking (organization_id, opening_id, entry_id, rank, eligible, reasons, ranked_at,
       urgency, days_waiting, named_provider, preferred_day, preferred_time, days_gained, km, no_responses, tier, score)
     SELECT :organizationId, :openingId, x.id, nullif(x.rank, 0), x.rank > 0, CASE x.reasons WHEN '-' THEN '{}' ELSE string_to_array(x.reasons, ' ') END, :at,
       x.urgency, x.days, x.met & 1 > 0, x.met & 2 > 0, x.met & 4 > 0, x.gained, nullif(x.km, -1), x.silences, x.tier, x.score
     FROM unnest(CAST(:ids AS uuid[]), CAST(:ranks AS int[]), CAST(:reasons AS text[]), CAST(:urgencies AS text[]), CAST(:days AS int[]), CAST(:met AS int[]),
       CAST(:gained AS int[]), CAST(:kms AS int[]), CAST(:silences AS int[]), CAST(:tiers AS int[]), CAST(:scores AS int[]))
       AS x(id, rank, reasons, urgency, days, met, gained, km, silences, tier, score)
     ON CONFLICT (opening_id, entry_id) DO UPDATE SET rank = excluded.rank, eligible = excluded.eligible, reasons = excluded.reasons, ranked_at = excluded.ranked_at,
       urgency = excluded.urgency, days_waiting = excluded.days_waiting, named_provider = excluded.named_provider, preferred_day = excluded.preferred_day,
       preferred_time = excluded.preferred_time, days_gained = excluded.days_gained, km = excluded.km, no_responses = excluded.no_responses, tier = excluded.tier, score = excluded.score`,
    {
      organizationId,
      openingId,
      at,
      ids: arrayOf(ranking.map((one) => one.entryId)),
      ranks: arrayOf(ranking.map((one) => one.rank ?? 0)),
      reasons: arrayOf(ranking.map((one) => one.reasons.length === 0 ? '-' : one.reasons.join(' '))),
      urgencies: arrayOf(ranking.map((one) => one.factors.urgency)),
      days: arrayOf(ranking.map((one) => one.factors.daysWaiting)),
      met: arrayOf(ranking.map((one) => Number(one.factors.namedProvider) + 2 * Number(one.factors.preferredDay) + 4 * Number(one.factors.preferredTime))),
      gained: arrayOf(ranking.map((one) => one.factors.daysGained)),
      kms: arrayOf(ranking.map((one) => one.factors.km ?? -1)),
      silences: arrayOf(ranking.map((one) => one.factors.noResponses)),
      tiers: arrayOf(ranking.map((one) => one.factors.tier)),
      scores: arrayOf(ranking.map((one) => one.factors.score)),
    },
  ); // prettier-ignore
}
