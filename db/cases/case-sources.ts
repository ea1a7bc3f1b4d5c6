/**
 * What the work list reads of each kind of case that is no visit: one entry here makes a kind appear in GET /cases. A
 * branch is a part of the kind with an order that an index can give; `listOther` asks each for its first rows and merges.
 */
import { seriesStates } from '../../domain/schedule/series.ts';
import { absenceStates } from '../../domain/schedule/absence.ts';
import { escalationStates } from '../../domain/escalation.ts';
import { intakeStates, openIntakeStates } from '../../domain/intake/intake.ts';
import { eligibilityWords } from '../../domain/coverage/coverage.ts';
import { matchStates, mergeStates } from '../../domain/identity/patient-merge.ts';
import { nextAskSql } from '../patients/eligibility.ts';
import { openingStates, waitlistStates } from '../../domain/waitlist/waitlist.ts';
import type { Trx } from '../connection.ts';
import { stamp } from '../instants.ts';

/** SQL, over the aliases of `from`. Instants are timestamptz. */
interface Branch {
  readonly from: string;
  /** `:organizationId` and the states that the branch is about. */
  readonly where: string;
  readonly id: string;
  readonly state: string;
  readonly patient?: string;
  readonly practitioner?: string;
  readonly location?: string;
  /** What it is about: the time of the visit, the beginning of the absence. */
  readonly start?: string;
  readonly zone?: string;
  /** What is due next, and when. */
  readonly timer?: string;
  readonly due?: string;
  /** Where it stands in the list; `due` unless told. */
  readonly order?: string;
  /** Whoever goes on next: true for a person of the clinic. */
  readonly heldUp?: string;
  /** Until when a patient may answer what they were asked. */
  readonly answerUntil?: string;
  /** Of what is left to do, how much waits for a call. */
  readonly calls?: string;
}

interface CaseSource {
  readonly states: readonly string[];
  /** Nothing is due in these any more: latest first. */
  readonly over: ReadonlySet<string>;
  readonly open: readonly Branch[];
  readonly ended: Branch;
}

const opening = {
  from: `opening o LEFT JOIN LATERAL (SELECT min(f.expires_at) AS expires_at FROM waitlist_offer f WHERE f.opening_id = o.id AND f.state = 'offered') f ON true`,
  id: 'o.id',
  state: 'o.state',
  practitioner: 'o.practitioner_id',
  location: 'o.location_id',
  start: 'o.start_at',
  zone: 'o.tz',
};

const wish = { id: 'e.id', state: 'e.state', patient: 'e.patient_id' };

const series = {
  from: `series s LEFT JOIN LATERAL (SELECT min(a.start_at) AS start_at FROM appointment a WHERE a.series_id = s.id AND a.status IN ('pending', 'booked', 'arrived', 'checked-in')) n ON true`,
  id: 's.id',
  state: 's.state',
  patient: 's.patient_id',
  practitioner: 's.practitioner_id',
  location: 's.location_id',
  start: 'n.start_at',
  zone: 's.tz',
};

const absence = {
  // A whole place that is down has no resource.
  from: `absence b LEFT JOIN resource q ON q.id = b.resource_id LEFT JOIN location l ON l.id = b.location_id
    LEFT JOIN LATERAL (SELECT min(c.next_at) AS next_at, min(c.answer_until) FILTER (WHERE c.state = 'offered') AS answer_until,
      count(*) FILTER (WHERE c.state = 'to-call') AS calls FROM absence_case c WHERE c.absence_id = b.id AND c.settled_at IS NULL) n ON true`,
  id: 'b.id',
  state: 'b.state',
  practitioner: 'b.resource_id',
  location: 'coalesce(b.location_id, q.location_id)',
  start: 'b.starts_at',
  zone: 'coalesce(l.time_zone, q.time_zone)',
};

const openIntakes = [...openIntakeStates].map((state) => `'${state}'`).join(', ');
const intake = {
  from: `intake i LEFT JOIN appointment a ON a.id = i.appointment_id
    LEFT JOIN LATERAL (SELECT t.name, t.due_at FROM case_timer t WHERE t.aggregate = 'intake' AND t.aggregate_id = i.id AND t.state = 'pending' ORDER BY t.due_at, t.name LIMIT 1) n ON true`,
  id: 'i.id',
  state: 'i.state',
  patient: 'i.patient_id',
  practitioner: 'a.practitioner_id',
  location: 'i.location_id',
  start: 'a.start_at',
  zone: 'a.tz',
};

const escalation = {
  from: `escalation e LEFT JOIN LATERAL (SELECT t.name, t.due_at FROM case_timer t WHERE t.aggregate = 'escalation' AND t.aggregate_id = e.id AND t.state = 'pending' ORDER BY t.due_at LIMIT 1) n ON true`,
  id: 'e.id',
  state: 'e.state',
  patient: 'e.patient_id',
  location: 'e.location_id',
  start: 'e.raised_at',
};

const match = {
  from: 'identity_match m',
  id: 'm.id',
  state: 'm.state',
  patient: 'm.patient_id',
};

const merge = {
  from: 'patient_merge g',
  id: 'g.id',
  state: 'g.state',
  patient: 'g.survivor_id',
  start: 'g.requested_at',
};

const eligibility = {
  from: 'coverage c',
  id: 'c.id',
  state: 'c.eligibility',
  patient: 'c.patient_id',
};

export const caseSources = {
  opening: {
    states: openingStates,
    over: new Set(['filled', 'released', 'closed']),
    open: [
      {
        ...opening,
        where: `o.organization_id = :organizationId AND o.state IN ('open', 'offering')`,
        timer: `CASE WHEN f.expires_at IS NULL THEN 'release' ELSE 'offer' END`,
        due: 'coalesce(f.expires_at, o.release_at)',
        heldUp: 'o.paused',
        answerUntil: 'f.expires_at',
      },
    ],
    ended: {
      ...opening,
      from: 'opening o',
      where: `o.organization_id = :organizationId AND o.state IN ('filled', 'released', 'closed')`,
      order: 'coalesce(o.ended_at, o.created_at)',
    },
  },
  'waitlist-entry': {
    states: waitlistStates,
    over: new Set(['promoted', 'withdrawn', 'expired']),
    open: [
      // Walks case_timer_pending: a timer counts when it is the first of its wish, and no offer ends before it.
      {
        ...wish,
        from: `case_timer t JOIN waitlist_entry e ON e.id = t.aggregate_id`,
        where: `t.organization_id = :organizationId AND t.state = 'pending' AND t.aggregate = 'waitlist-entry' AND e.state IN ('active', 'offered', 'paused')
          AND NOT EXISTS (SELECT 1 FROM case_timer b WHERE b.aggregate = t.aggregate AND b.aggregate_id = t.aggregate_id AND b.state = 'pending' AND (b.due_at, b.name) < (t.due_at, t.name))
          AND NOT EXISTS (SELECT 1 FROM waitlist_offer f WHERE f.entry_id = e.id AND f.state = 'offered')`,
        timer: 't.name',
        due: 't.due_at',
        heldUp: `e.state = 'paused'`,
      },
      {
        ...wish,
        from: `waitlist_offer f JOIN waitlist_entry e ON e.id = f.entry_id`,
        where: `f.organization_id = :organizationId AND f.state = 'offered'`,
        timer: `'offer'`,
        due: 'f.expires_at',
        answerUntil: 'f.expires_at',
      },
    ],
    ended: {
      ...wish,
      from: 'waitlist_entry e',
      where: `e.organization_id = :organizationId AND e.state IN ('promoted', 'withdrawn', 'expired')`,
      order: 'e.joined_at',
    },
  },
  series: {
    states: seriesStates,
    over: new Set(['refused', 'ended']),
    open: [
      {
        ...series,
        where: `s.organization_id = :organizationId AND s.state IN ('booking', 'undoing', 'booked', 'changing')`,
        timer: `'visit'`,
        due: 'n.start_at',
        order: 'coalesce(n.start_at, s.created_at)',
      },
    ],
    ended: {
      ...series,
      where: `s.organization_id = :organizationId AND s.state IN ('refused', 'ended')`,
      order: 's.created_at',
    },
  },
  absence: {
    states: absenceStates,
    over: new Set(['resolved', 'stopped']),
    open: [
      {
        ...absence,
        where: `b.organization_id = :organizationId AND b.state IN ('running', 'paused')`,
        timer: `'case'`,
        due: 'n.next_at',
        order: 'coalesce(n.next_at, b.starts_at)',
        heldUp: `b.state = 'paused'`,
        answerUntil: 'n.answer_until',
        calls: 'n.calls',
      },
    ],
    ended: {
      ...absence,
      where: `b.organization_id = :organizationId AND b.state IN ('resolved', 'stopped')`,
      order: 'b.starts_at',
    },
  },
  intake: {
    states: intakeStates,
    over: new Set(['completed', 'expired', 'cancelled']),
    open: [
      {
        ...intake,
        where: `i.organization_id = :organizationId AND i.state IN (${openIntakes})`,
        timer: 'n.name',
        due: 'n.due_at',
        order: 'coalesce(n.due_at, i.expires_at)',
        heldUp: `i.escalation = 'open' OR i.state IN ('submitted', 'in-review')`,
      },
    ],
    ended: {
      ...intake,
      where: `i.organization_id = :organizationId AND i.state IN ('completed', 'expired', 'cancelled')`,
      order: 'coalesce(i.ended_at, i.created_at)',
    },
  },
  escalation: {
    states: escalationStates,
    over: new Set(['resolved', 'cancelled']),
    open: [
      {
        ...escalation,
        where: `e.organization_id = :organizationId AND e.ended_at IS NULL`,
        timer: 'n.name',
        due: 'n.due_at',
        // Nobody has it, and nobody answers: a person of the clinic goes on next either way.
        heldUp: 'true',
      },
    ],
    ended: {
      ...escalation,
      where: `e.organization_id = :organizationId AND e.ended_at IS NOT NULL`,
      order: 'e.ended_at',
    },
  },
  'identity-match': {
    states: matchStates,
    over: new Set(['linked', 'new', 'dismissed']),
    open: [
      {
        ...match,
        where: `m.organization_id = :organizationId AND m.state = 'open'`,
        order: 'm.found_at',
        heldUp: 'true',
      },
    ],
    ended: {
      ...match,
      where: `m.organization_id = :organizationId AND m.state <> 'open'`,
      order: 'coalesce(m.resolved_at, m.found_at)',
    },
  },
  'patient-merge': {
    states: mergeStates,
    over: new Set(['merged', 'failed', 'unmerged']),
    open: [
      {
        ...merge,
        where: `g.organization_id = :organizationId AND g.state = 'merging'`,
        order: 'g.requested_at',
      },
    ],
    ended: {
      ...merge,
      where: `g.organization_id = :organizationId AND g.state <> 'merging'`,
      order: 'g.requested_at',
    },
  },
  // The id is the coverage's: one question to one payer.
  eligibility: {
    states: eligibilityWords,
    over: new Set(['eligible', 'inactive', 'error', 'not-asked']),
    open: [
      {
        ...eligibility,
        where: `c.organization_id = :organizationId AND c.eligibility = 'pending' AND c.replaced_by IS NULL AND c.status <> 'cancelled'`,
        timer: `'ask'`,
        due: nextAskSql,
        order: 'c.captured_at',
      },
    ],
    ended: {
      ...eligibility,
      where: `c.organization_id = :organizationId AND c.eligibility <> 'pending'`,
      order: 'coalesce(c.eligibility_at, c.captured_at)',
    },
  },
} as const satisfies Readonly<Record<string, CaseSource>>;

export type OtherCaseKind = keyof typeof caseSources;
export const otherCaseKinds = Object.keys(caseSources) as OtherCaseKind[];

export interface OtherCaseQuery {
  readonly organizationId: string;
  readonly stage?: string | undefined;
  readonly locationId?: string | undefined;
  readonly practitionerId?: string | undefined;
  /** Only what is due before this; what waits for nothing by itself is never due. */
  readonly dueBefore?: Date | undefined;
  readonly limit: number;
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

export interface OtherCaseRow {
  readonly id: string;
  readonly state: string;
  readonly patient_id: string | null;
  readonly start_at: Date | null;
  readonly tz: string | null;
  readonly timer: string | null;
  readonly due_at: Date | null;
  readonly held_up: boolean;
  readonly answer_until: Date | null;
  readonly calls: number;
  /** The sort key with all its digits. */
  readonly position: string;
}

/** What is due first on top; cases that are over, latest first. One row more than `limit`. */
export async function listOther(trx: Trx, kind: OtherCaseKind, query: OtherCaseQuery): Promise<OtherCaseRow[]> {
  const source: CaseSource = caseSources[kind];
  const ended = query.stage !== undefined && source.over.has(query.stage);
  const branches = ended ? [source.ended] : source.open;
  const down = ended ? 'DESC' : '';
  const { rows } = await trx.raw<{ rows: OtherCaseRow[] }>(
    `SELECT * FROM (${branches.map((branch) => `(${branchSql(branch, query, ended)})`).join(' UNION ALL ')}) one ORDER BY sort_at ${down}, id ${down} LIMIT :rows`,
    {
      organizationId: query.organizationId,
      rows: query.limit + 1,
      ...(query.stage !== undefined && { stage: query.stage }),
      ...(query.locationId !== undefined && { locationId: query.locationId }),
      ...(query.practitionerId !== undefined && { practitionerId: query.practitionerId }),
      ...(query.dueBefore !== undefined && !ended && { dueBefore: query.dueBefore }),
      ...(query.after !== undefined && { after: query.after.at, afterId: query.after.id }),
    },
  );
  return rows;
}

function branchSql(branch: Branch, query: OtherCaseQuery, ended: boolean): string {
  const order = branch.order ?? branch.due ?? 'NULL';
  const down = ended ? 'DESC' : '';
  const filters = [
    query.stage !== undefined && `${branch.state} = :stage`,
    // A kind that has no place or no practitioner has none there.
    query.locationId !== undefined && (branch.location === undefined ? 'false' : `${branch.location} = :locationId`),
    query.practitionerId !== undefined &&
      (branch.practitioner === undefined ? 'false' : `${branch.practitioner} = :practitionerId`),
    query.dueBefore !== undefined && !ended && `${branch.due ?? 'NULL'} < :dueBefore`,
    query.after !== undefined &&
      `(${order}, ${branch.id}) ${ended ? '<' : '>'} (CAST(:after AS timestamptz), CAST(:afterId AS uuid))`,
  ].filter((filter) => filter !== false);
  const { timer = 'NULL', due = 'NULL', heldUp = 'false', answerUntil = 'NULL', calls = '0' } = branch;
  return `SELECT ${branch.id} AS id, ${branch.state} AS state, CAST(${branch.patient ?? 'NULL'} AS uuid) AS patient_id,
      CAST(${branch.start ?? 'NULL'} AS timestamptz) AS start_at, CAST(${branch.zone ?? 'NULL'} AS text) AS tz,
      CAST(${timer} AS text) AS timer, CAST(${due} AS timestamptz) AS due_at, ${heldUp} AS held_up,
      CAST(${answerUntil} AS timestamptz) AS answer_until, CAST(${calls} AS int) AS calls, ${order} AS sort_at, ${stamp(order)} AS position
    FROM ${branch.from} WHERE ${[branch.where, ...filters].join(' AND ')} ORDER BY ${order} ${down}, ${branch.id} ${down} LIMIT :rows`;
}
