/**
 * Everything that decides whether and with whom a visit can take place, read in one round trip: the visit type, its
 * candidates, their rules and closures, their live reservations around the window, and the patient. Availability, the
 * look before a booking and the booking itself all read this, so that they cannot disagree.
 */
import type { Actor } from '../../domain/actor.ts';
import type { AvailabilityQuery } from '../../domain/schedule/availability.ts';
import { localDateOf } from '../../domain/calendar/calendar.ts';
import { eligibilityProblem } from '../../domain/coverage/eligibility.ts';
import type { EligibilityLimits } from '../../domain/coverage/eligibility.ts';
import type { ProblemDetail } from '../../domain/errors.ts';
import { withInterpreter, type InterpreterNeed } from '../../domain/appointment/interpreter.ts';
import type { Interval } from '../../domain/calendar/interval.ts';
import type { PolicyRow } from '../../domain/policies.ts';
import type {
  AvailabilityException,
  AvailabilityRule,
  ResourceFacts,
  ResourceKind,
  VisitMode,
  VisitType,
} from '../../domain/schedule/schedule.ts';
import type { Trx } from '../connection.ts';
import { epochMs } from '../instants.ts';
import { policiesSql } from '../policies.ts';
import { limitsOf, toVisitType, type RequirementRow, type VisitTypeRow } from './visit-types.ts';

/** The longest reservation there can be (constraint reservation_length). */
const longestReservationMs = 2 * 86_400_000;
/** The widest buffer a visit type can have (240 minutes). */
export const widestBufferMs = 4 * 3_600_000;

export interface FactsRequest {
  readonly visitTypeId: string;
  /** Left out: everyone who may give the visit type. */
  readonly practitionerId?: string | undefined;
  readonly locationId?: string | undefined;
  readonly patientId?: string | undefined;
  /** Starts asked about, epoch milliseconds. */
  readonly window: Interval;
  /** Now, from the Clock port: what expires at or before it is over. */
  readonly at: number;
  /** How far around the window reservations are read, in milliseconds; the widest buffer when left out. */
  readonly margin?: number | undefined;
}

export interface SchedulingResource {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly location_id: string | null;
  readonly time_zone: string | null;
  readonly capacity: number;
  readonly overbook_limit: number;
  readonly overbook_consent: boolean;
  /** An interpreter's. */
  readonly languages: readonly string[];
  readonly patient_id: string | null;
  readonly rules: readonly RuleRow[];
  readonly exceptions: readonly Pick<ExceptionRow, 'kind' | 'start' | 'end'>[];
}

interface RuleRow {
  readonly visit_type_id: string | null;
  readonly location_id: string;
  readonly by_day: AvailabilityRule['byDay'];
  readonly start_local: string;
  readonly end_local: string;
  readonly time_zone: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

/** A resource's reservations of one lane: `start end` pairs of epoch milliseconds. */
interface BusyRow {
  readonly resource_id: string;
  readonly lane: number;
  readonly spans: string | null;
  readonly expired: boolean | null;
}

export interface PatientFacts {
  readonly id: string;
  readonly birthDate: string | null;
  readonly deceased: boolean;
  readonly active: boolean;
  readonly language: string;
  readonly timeZone: string | null;
  readonly highRisk: boolean;
  /** Left out where it is not asked for. */
  readonly interpreterNeeded?: boolean | undefined;
  readonly hasEmail: boolean;
  readonly hasPhone: boolean;
  /** Channels the patient has refused for messages about visits (the newest contact_consent row decides). */
  readonly refusedChannels: readonly string[];
  /** Has completed a visit here before. */
  readonly established: boolean;
  /** Times held for the patient at `at`, approvals not counted. */
  readonly liveHolds: number;
}

export interface SchedulingConfiguration {
  readonly visitType: VisitType;
  /** Whom it is for, and whether it is given at all. */
  readonly limits: EligibilityLimits;
  readonly resources: ReadonlyMap<string, SchedulingResource>;
  /** Practitioners who may give the visit type (among those asked about), in id order. */
  readonly providerIds: readonly string[];
  readonly pools: ReadonlyMap<string, readonly string[]>;
  readonly locations: ReadonlyMap<string, { readonly timeZone: string; readonly closures: readonly Interval[] }>;
  readonly patient: PatientFacts | null;
  readonly policies: readonly PolicyRow[];
  /** Of the patient: `visitType` and `pools` are as it needs them. */
  readonly interpreter: InterpreterNeed | null;
}

export interface SchedulingFacts extends SchedulingConfiguration {
  /** Live reservations, by resource and lane. */
  readonly busy: ReadonlyMap<string, readonly (readonly Interval[])[]>;
}

/**
 * Who could be reserved for a visit type: the practitioner (or all), the members of its pools, what it names, the
 * patient. `$place` narrows pools to a place. The practitioner's requirement is the first without pool and resource.
 */
const candidatesSql = `
  req AS (SELECT *, id = (SELECT q.id FROM visit_type_requirement q WHERE q.visit_type_id = :visitTypeId AND q.kind = 'provider'
                          ORDER BY (q.pool_id IS NULL AND q.resource_id IS NULL) DESC, q.role LIMIT 1) AS principal
          FROM visit_type_requirement WHERE visit_type_id = :visitTypeId),
  provider AS (
    SELECT p.resource_id AS id FROM visit_type_provider p
    WHERE p.visit_type_id = :visitTypeId AND EXISTS (SELECT 1 FROM req WHERE principal AND pool_id IS NULL AND resource_id IS NULL)
    UNION SELECT m.resource_id FROM req JOIN resource_pool_member m ON m.pool_id = req.pool_id WHERE req.principal
    UNION SELECT resource_id FROM req WHERE principal AND resource_id IS NOT NULL),
  asked AS (SELECT id FROM provider WHERE CAST(:practitionerId AS uuid) IS NULL OR id = CAST(:practitionerId AS uuid)),
  candidate AS (
    SELECT id FROM asked
    UNION SELECT m.resource_id FROM req JOIN resource_pool_member m ON m.pool_id = req.pool_id WHERE NOT req.principal OR req.count > 1
    UNION SELECT resource_id FROM req WHERE resource_id IS NOT NULL
    UNION SELECT r.id FROM resource r WHERE r.patient_id = CAST(:patientId AS uuid)
    -- D3: whoever speaks the language of a patient who needs an interpreter (domain/appointment/interpreter.ts).
    UNION SELECT r.id FROM patient p JOIN resource r ON r.organization_id = p.organization_id AND r.kind = 'interpreter' AND r.active
      WHERE p.id = CAST(:patientId AS uuid) AND p.interpreter_needed AND EXISTS (
        SELECT FROM unnest(r.languages) l WHERE lower(split_part(l, '-', 1)) = lower(split_part(p.language, '-', 1)))),
  place AS (
    SELECT a.location_id FROM availability_rule a WHERE a.resource_id = ANY(ARRAY(SELECT id FROM asked))
    UNION SELECT r.location_id FROM resource r WHERE r.id = ANY(ARRAY(SELECT id FROM asked)))`;

/** A scalar subquery: what booking and messages need to know of a patient; ids and flags only, never an address. Needs `:at`. */
export const patientSql = (
  id: string,
): string => `(SELECT jsonb_build_object('id', p.id, 'birthDate', p.birth_date, 'deceased', p.deceased, 'active', p.active, 'language', p.language,
     'timeZone', p.time_zone, 'highRisk', p.high_risk, 'interpreterNeeded', p.interpreter_needed, 'hasEmail', p.email IS NOT NULL, 'hasPhone', p.phone IS NOT NULL,
     'refusedChannels', (SELECT coalesce(jsonb_agg(c.channel), '[]') FROM (
        SELECT DISTINCT ON (channel) channel, permitted FROM contact_consent
        WHERE patient_id = p.id AND category = 'appointment' ORDER BY channel, id DESC) c WHERE NOT c.permitted),
     'established', EXISTS (SELECT 1 FROM appointment a WHERE a.patient_id = p.id AND a.status = 'fulfilled'),
     'liveHolds', (SELECT count(*) FROM appointment a WHERE a.patient_id = p.id AND a.status = 'pending' AND NOT a.awaiting_approval AND a.hold_expires_at > :at))
   FROM patient p WHERE p.id = ${id})`;

/** By id and never by a join: the planner would read every patient's row. */
const foundSql = `
    SELECT r.* FROM resource r WHERE r.id = ANY(ARRAY(SELECT id FROM candidate)) AND r.active
      AND (r.location_id IS NULL OR r.id IN (SELECT id FROM asked) OR r.location_id = CAST(:locationId AS uuid)
        OR (CAST(:locationId AS uuid) IS NULL AND r.location_id IN (SELECT location_id FROM place)))
    ORDER BY r.id`;

/** The candidates' rows, the patient's own among them, in id order before anything is chosen (C3 step 1). */
const lockSql = `WITH ${candidatesSql}, locked AS (${foundSql} FOR NO KEY UPDATE) SELECT count(*) FROM locked`;

const factsSql = `
WITH ${candidatesSql},
  found AS MATERIALIZED (${foundSql})
SELECT
  (SELECT to_json(v) FROM visit_type v WHERE v.id = :visitTypeId) AS visit_type,
  (SELECT coalesce(json_agg(to_json(req) ORDER BY req.principal DESC, req.role), '[]') FROM req) AS requirements,
  (SELECT coalesce(json_agg(id ORDER BY id), '[]') FROM asked) AS asked,
  (SELECT coalesce(json_agg(json_build_object('pool_id', m.pool_id, 'resource_id', m.resource_id) ORDER BY m.resource_id), '[]')
   FROM resource_pool_member m WHERE m.pool_id = ANY(ARRAY(SELECT pool_id FROM req))) AS members,
  (SELECT coalesce(json_agg(json_build_object('id', r.id, 'kind', r.kind, 'location_id', r.location_id, 'time_zone', r.time_zone, 'capacity', r.capacity,
     'overbook_limit', r.overbook_limit, 'overbook_consent', r.overbook_consent, 'languages', r.languages, 'patient_id', r.patient_id)), '[]') FROM found r) AS resources,
  (SELECT coalesce(json_agg(json_build_object('resource_id', a.resource_id, 'visit_type_id', a.visit_type_id, 'location_id', a.location_id, 'by_day', a.by_day,
     'start_local', a.start_local, 'end_local', a.end_local, 'time_zone', a.time_zone, 'valid_from', a.valid_from, 'valid_to', a.valid_to) ORDER BY a.id), '[]')
   FROM availability_rule a WHERE a.resource_id = ANY(ARRAY(SELECT id FROM found)) AND (a.visit_type_id IS NULL OR a.visit_type_id = :visitTypeId)
     AND (CAST(:locationId AS uuid) IS NULL OR a.location_id = CAST(:locationId AS uuid))
     AND a.valid_from <= CAST(:to AS timestamptz)::date + 2 AND (a.valid_to IS NULL OR a.valid_to >= CAST(:from AS timestamptz)::date - 2)) AS rules,
  (SELECT coalesce(json_agg(json_build_object('resource_id', e.resource_id, 'location_id', e.location_id, 'kind', e.kind,
     'start', ${epochMs('e.starts_at')}, 'end', ${epochMs('e.ends_at')})), '[]')
   FROM availability_exception e WHERE e.removed_at IS NULL AND e.starts_at < :to AND e.ends_at > :from
     AND (e.location_id IS NOT NULL OR e.resource_id = ANY(ARRAY(SELECT id FROM found)))) AS exceptions,
  (SELECT coalesce(json_object_agg(l.id, l.time_zone), '{}') FROM location l WHERE l.active) AS locations,
  ${patientSql('CAST(:patientId AS uuid)')} AS patient,
  ${policiesSql} AS policies`;

/**
 * Grouped by resource and lane, so that a busy month travels as one row and not as hundreds; seconds as the server writes
 * them, because formatting is what costs. All columns are in the index reservation_live.
 */
const busySql = `
SELECT resource_id, lane, bool_or(expires_at <= :at) AS expired,
       string_agg(date_part('epoch', starts_at)::text || ' ' || date_part('epoch', ends_at)::text, ' ') FILTER (WHERE expires_at IS NULL OR expires_at > :at) AS spans
FROM reservation
WHERE released_at IS NULL AND resource_id = ANY(:ids) AND starts_at < :to AND starts_at > :earliest AND ends_at > :from
GROUP BY resource_id, lane`;

interface ExceptionRow {
  readonly resource_id: string | null;
  readonly location_id: string | null;
  readonly kind: 'open' | 'closed';
  readonly start: number;
  readonly end: number;
}

interface FactsRow {
  readonly visit_type: VisitTypeRow | null;
  readonly requirements: readonly RequirementRow[];
  readonly asked: readonly string[];
  readonly members: readonly { readonly pool_id: string; readonly resource_id: string }[];
  readonly resources: readonly Omit<SchedulingResource, 'rules' | 'exceptions'>[];
  readonly rules: readonly (RuleRow & { readonly resource_id: string })[];
  readonly exceptions: readonly ExceptionRow[];
  readonly locations: Readonly<Record<string, string>>;
  readonly patient: PatientFacts | null;
  readonly policies: readonly PolicyRow[];
}

/**
 * Null when there is no such visit type. Two statements, and one before them when the candidates are locked: a statement
 * that waits for a lock goes on with the picture it had before, so that what the one ahead of it committed (a hold of the
 * same patient, a closure) shows in the next statement only. A candidate that came up during the wait is not locked; the
 * constraint stands behind it.
 */
export async function loadSchedulingFacts(
  trx: Trx,
  request: FactsRequest,
  options: { readonly lock: boolean },
): Promise<(SchedulingFacts & { readonly expired: boolean }) | null> {
  if (options.lock) await trx.raw(lockSql, candidatesOf(request));
  const facts = await loadConfiguration(trx, request);
  if (facts === null) return null;
  return { ...facts, ...(await loadBusy(trx, facts, request)) };
}

const candidatesOf = ({ visitTypeId, practitionerId, locationId, patientId }: FactsRequest) => ({
  visitTypeId,
  practitionerId: practitionerId ?? null,
  locationId: locationId ?? null,
  patientId: patientId ?? null,
});

/** All but the reservations. One statement. */
export async function loadConfiguration(trx: Trx, request: FactsRequest): Promise<SchedulingConfiguration | null> {
  const { rows } = await trx.raw<{ rows: FactsRow[] }>(factsSql, {
    ...candidatesOf(request),
    at: new Date(request.at),
    from: new Date(request.window.start - longestReservationMs),
    to: new Date(request.window.end + longestReservationMs),
  });
  const row = rows[0];
  if (row === undefined || row.visit_type === null) return null;
  const rules = byResource(row.rules);
  const exceptions = byResource(row.exceptions);
  const resources = new Map(
    row.resources.map((r) => [r.id, { ...r, rules: rules.get(r.id) ?? [], exceptions: exceptions.get(r.id) ?? [] }]),
  );
  const pools = new Map<string, string[]>();
  for (const member of row.members) {
    if (!resources.has(member.resource_id)) continue;
    pools.set(member.pool_id, [...(pools.get(member.pool_id) ?? []), member.resource_id]);
  }
  const visitType = toVisitType(row.visit_type, row.requirements);
  const needed =
    row.patient?.interpreterNeeded === true
      ? withInterpreter(
          visitType,
          pools,
          row.patient.language,
          row.resources.filter(({ kind }) => kind === 'interpreter'),
        )
      : null;
  return {
    visitType: needed?.visitType ?? visitType,
    limits: limitsOf(row.visit_type),
    resources,
    providerIds: row.asked.filter((id) => resources.has(id)),
    pools: needed?.pools ?? pools,
    interpreter: needed?.need ?? null,
    locations: new Map(
      Object.entries(row.locations).map(([id, timeZone]) => [
        id,
        { timeZone, closures: row.exceptions.filter((e) => e.location_id === id && e.kind === 'closed') },
      ]),
    ),
    patient: row.patient,
    policies: row.policies,
  };
}

function byResource<Row extends { readonly resource_id: string | null }>(
  rows: readonly Row[],
): Map<string | null, Row[]> {
  const grouped = new Map<string | null, Row[]>();
  for (const row of rows) {
    const group = grouped.get(row.resource_id);
    if (group === undefined) grouped.set(row.resource_id, [row]);
    else group.push(row);
  }
  return grouped;
}

/**
 * Live reservations of the candidates around the window's starts, and whether there are holds that have expired at `at`
 * (their time counts as free: I6). Filters on starts_at and ends_at only, see migration 004.
 */
export async function loadBusy(
  trx: Trx,
  facts: SchedulingConfiguration,
  { window, at, margin = widestBufferMs }: Pick<FactsRequest, 'window' | 'at' | 'margin'>,
): Promise<{ busy: Map<string, Interval[][]>; expired: boolean }> {
  const busy = new Map<string, Interval[][]>();
  let expired = false;
  const ids = [...facts.resources.keys()];
  if (ids.length === 0) return { busy, expired };
  const from = window.start - margin;
  const { rows } = await trx.raw<{ rows: BusyRow[] }>(busySql, {
    ids,
    from: new Date(from),
    earliest: new Date(from - longestReservationMs),
    to: new Date(window.end + facts.visitType.durationMinutes * 60_000 + margin),
    at: new Date(at),
  });
  for (const row of rows) {
    if (row.expired === true) expired = true;
    if (row.spans === null) continue;
    const lanes = busy.get(row.resource_id) ?? [];
    if (!busy.has(row.resource_id)) busy.set(row.resource_id, lanes);
    while (lanes.length <= row.lane) lanes.push([]);
    const numbers = row.spans.split(' ');
    const list = lanes[row.lane]!;
    for (let k = 0; k < numbers.length; k += 2) list.push({ start: msOf(numbers[k]!), end: msOf(numbers[k + 1]!) });
  }
  return { busy, expired };
}

const msOf = (seconds: string): number => Math.round(Number(seconds) * 1000);

/** Reservations of a resource that touch the interval, all lanes: C3's order of preference in a pool. */
export function countBusy(facts: SchedulingFacts, resourceId: string, during: Interval): number {
  let count = 0;
  for (const lane of facts.busy.get(resourceId) ?? []) {
    for (const span of lane) if (span.start < during.end && span.end > during.start) count += 1;
  }
  return count;
}

/** A closure of a place counts for what is there and for visits there, never for a practitioner's other places. */
export function resourceFactsAt(
  facts: SchedulingFacts,
  resource: SchedulingResource,
  locationId: string | null,
): ResourceFacts {
  const place = resource.location_id ?? locationId;
  const closures =
    resource.kind === 'patient' || place === null ? [] : (facts.locations.get(locationId ?? place)?.closures ?? []);
  const own = resource.exceptions.map(({ kind, start, end }) => ({ resourceId: resource.id, kind, start, end }));
  const exceptions: AvailabilityException[] =
    closures.length === 0
      ? own
      : [...own, ...closures.map((c) => ({ resourceId: resource.id, kind: 'closed' as const, ...c }))];
  return {
    resourceId: resource.id,
    kind: resource.kind,
    lanes: resource.capacity,
    busyByLane: facts.busy.get(resource.id) ?? [],
    rules: resource.rules.map((r) => ({
      resourceId: resource.id,
      visitTypeId: r.visit_type_id,
      locationId: r.location_id,
      byDay: r.by_day,
      startLocal: r.start_local,
      endLocal: r.end_local,
      timeZone: r.time_zone,
      validFrom: r.valid_from,
      validTo: r.valid_to,
    })),
    exceptions,
    locationId: resource.location_id,
    timeZone: resource.time_zone ?? (place === null ? undefined : facts.locations.get(place)?.timeZone) ?? 'UTC',
  };
}

export interface QueryOptions {
  readonly window: Interval;
  readonly at: number;
  readonly noticeWaived: boolean;
  readonly limit?: number | undefined;
  /** Members of pools in order of preference; id order when left out. */
  readonly preferred?: ((ids: readonly string[]) => readonly string[]) | undefined;
  /** Facts of a resource, changed (overbooking lanes, waived hours). */
  readonly adapt?: ((resource: ResourceFacts) => ResourceFacts) | undefined;
  readonly visitType?: VisitType | undefined;
}

/** Whether the patient may have this visit at that time; a local date is that of the place, as far as it is known yet. */
export function placeProblem(
  facts: SchedulingConfiguration,
  patient: PatientFacts,
  asked: {
    readonly start: number;
    readonly mode: VisitMode;
    readonly actor: Pick<Actor, 'kind'>;
    readonly practitionerId?: string | undefined;
    readonly locationId?: string | undefined;
  },
): ProblemDetail | null {
  const placeId = asked.locationId ?? (asked.practitionerId && placesOf(facts, asked.practitionerId)[0]);
  const place = placeId === undefined ? undefined : facts.locations.get(placeId);
  return eligibilityProblem(facts.limits, patient, {
    date: localDateOf(asked.start, place?.timeZone ?? patient.timeZone ?? 'UTC'),
    mode: asked.mode,
    bySelf: asked.actor.kind === 'patient',
  });
}

/** The question of domain/availability for one place. */
export function availabilityQueryAt(
  facts: SchedulingFacts,
  locationId: string,
  options: QueryOptions,
): AvailabilityQuery {
  const { adapt = (r) => r, preferred = (ids) => ids, visitType = facts.visitType } = options;
  const at = (id: string): ResourceFacts => adapt(resourceFactsAt(facts, facts.resources.get(id)!, locationId));
  const patientResource = [...facts.resources.values()].find((r) => r.kind === 'patient');
  return {
    visitType,
    providers: facts.providerIds.map(at),
    pools: new Map([...facts.pools].map(([pool, ids]) => [pool, preferred(ids).map(at)])),
    fixed: new Map(
      visitType.requirements.flatMap((r) =>
        r.resourceId !== null && facts.resources.has(r.resourceId) ? [[r.resourceId, at(r.resourceId)] as const] : [],
      ),
    ),
    ...(patientResource && { patient: at(patientResource.id) }),
    window: options.window,
    at: options.at,
    locationId,
    noticeWaived: options.noticeWaived,
    ...(options.limit !== undefined && { limit: options.limit }),
  };
}

/** Places where any of the practitioners has hours, or an extra opening at home. */
export function placesOf(facts: SchedulingConfiguration, providerId?: string): string[] {
  const places = new Set<string>();
  for (const id of providerId === undefined ? facts.providerIds : [providerId]) {
    const resource = facts.resources.get(id);
    for (const rule of resource?.rules ?? []) places.add(rule.location_id);
    if (resource?.location_id && resource.exceptions.some((e) => e.kind === 'open')) places.add(resource.location_id);
  }
  return [...places].filter((id) => facts.locations.has(id)).toSorted();
}
