/**
 * Insurance coverages: captured by an intake, corrected by staff. What payers say about them is db/patients/eligibility.ts.
 *
 * For others:
 * - `captureCoverage(trx, capture)` -> `{ coverageIds }`: called by db/charts/chart-sections.ts for step `insurance`. The ids are new
 *   coverages whose payer has to be asked: the intake's settled step names them (`coverages`) and its workflow begins
 *   `eligibility:<id>` (workflows/messages/eligibility.ts says how). Needs `secrets` (db/field-secrets.ts `fieldSecrets(keys)`,
 *   in activities `ports.secrets`).
 * - `insuranceFlagOf(trx, { organizationId, patientId })` -> the flag `insurance` of an intake.
 * - `coveragesOf(trx, secrets, { organizationId, patientId })` -> what is read back to be confirmed.
 */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { insuranceSaid, plainMemberId } from '../../domain/coverage/coverage.ts';
import type {
  CoverageFacts,
  CoveragePosition,
  CoverageRelation,
  CoverageStatus,
  EligibilityWord,
} from '../../domain/coverage/coverage.ts';
import { DomainError } from '../../domain/errors.ts';
import type { InsuranceFlag } from '../../domain/intake/intake.ts';
import type { Benefit } from '../../domain/coverage/x12-eligibility.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import type { FieldSecrets } from '../field-secrets.ts';

export interface WhichPatient {
  readonly organizationId: string;
  readonly patientId: string;
}

/** Who files, when, and for which intake. */
export interface CoverageWrite extends WhichPatient {
  readonly intakeId: string | null;
  readonly actor: Actor;
  readonly at: Date;
  readonly secrets: FieldSecrets;
  readonly opKey?: string | undefined;
}

export interface CoverageCapture extends CoverageWrite {
  /** Of step `insurance`; checked against its questionnaire. */
  readonly answers: Readonly<Record<string, readonly unknown[]>>;
}

export interface CoverageView extends Omit<CoverageFacts, 'planName'> {
  readonly id: string;
  readonly patientId: string;
  readonly intakeId: string | null;
  readonly planName: string | null;
  readonly status: CoverageStatus;
  /** Counts now: neither replaced by another row nor cancelled. */
  readonly current: boolean;
  /** Instants RFC 3339 UTC. */
  readonly capturedAt: string;
  readonly endedReason: string | null;
  readonly eligibility: {
    readonly state: EligibilityWord;
    readonly code: string | null;
    readonly at: string | null;
    readonly checks: number;
    readonly benefits: readonly Benefit[];
  };
  readonly version: number;
}

interface CoverageRow {
  readonly id: string;
  readonly patient_id: string;
  readonly intake_id: string | null;
  readonly position: CoveragePosition;
  readonly payer_name: string;
  readonly member_id_sealed: string;
  readonly member_id_digest: string;
  readonly group_number: string | null;
  readonly plan_name: string | null;
  readonly relation: CoverageRelation;
  readonly subscriber_name: string | null;
  readonly subscriber_birth_date: string | null;
  readonly starts_on: string | null;
  readonly ends_on: string | null;
  readonly status: CoverageStatus;
  readonly front_document_id: string | null;
  readonly back_document_id: string | null;
  readonly captured_at: Date;
  readonly replaced_by: string | null;
  readonly ended_reason: string | null;
  readonly eligibility: EligibilityWord;
  readonly eligibility_code: string | null;
  readonly eligibility_at: Date | null;
  readonly asks_wanted: number;
  readonly version: number;
  readonly checks?: string | number;
  readonly benefits?: readonly Benefit[] | null;
}

const memberPlace = (id: string) => ({ table: 'coverage', column: 'member_id', id });
const digestOf = (write: Pick<CoverageWrite, 'secrets' | 'organizationId'>, memberId: string): string =>
  write.secrets.digest('coverage.member_id', write.organizationId, plainMemberId(memberId));

/** The same insurance, said the same way twice, is on file once. */
const unchanged = (row: CoverageRow, facts: CoverageFacts, digest: string): boolean =>
  row.member_id_digest === digest &&
  row.payer_name === facts.payerName &&
  row.group_number === facts.groupNumber &&
  row.relation === facts.relation &&
  row.subscriber_name === facts.subscriberName &&
  row.subscriber_birth_date === facts.subscriberBirthDate &&
  row.front_document_id === facts.frontDocumentId &&
  row.back_document_id === facts.backDocumentId &&
  (facts.startsOn === null || row.starts_on === facts.startsOn) &&
  (facts.endsOn === null || row.ends_on === facts.endsOn);

const currentRows = (trx: Trx, { organizationId, patientId }: WhichPatient) =>
  trx('coverage')
    .where({ organization_id: organizationId, patient_id: patientId })
    .whereNull('replaced_by')
    .whereNot({ status: 'cancelled' });

/**
 * Reads the answers of step `insurance` into coverages. Other facts are a new row, which the earlier one points to; "no
 * insurance" ends what is on file, "not sure" leaves it.
 * @returns the coverages that are new; empty where the same facts were on file, or there is no insurance
 */
export async function captureCoverage(
  trx: Trx,
  capture: CoverageCapture,
): Promise<{ readonly coverageIds: readonly string[] }> {
  const { has, coverages } = insuranceSaid(capture.answers);
  if (has === 'not-sure') return { coverageIds: [] };
  await lockPatient(trx, capture);
  const said = new Set(coverages.map(({ position }) => position));
  for (const row of await currentRows(trx, capture).forUpdate().select<CoverageRow[]>())
    if (!said.has(row.position)) await endCoverage(trx, capture, row, 'patient-has-none');
  const coverageIds: string[] = [];
  for (const facts of coverages) {
    const id = await fileCoverage(trx, capture, facts);
    if (id !== null) coverageIds.push(id);
  }
  return { coverageIds };
}

async function lockPatient(trx: Trx, { patientId }: WhichPatient): Promise<void> {
  const patient = await trx('patient')
    .where({ id: patientId })
    .forNoKeyUpdate()
    .first<{ id: string } | undefined>('id');
  if (patient === undefined) throw new DomainError('not-found');
}

/**
 * Files one coverage in its position, after the one that was there. The caller holds the patient's row, or gets it here.
 * @returns its id; null where the same facts are on file
 */
export async function fileCoverage(trx: Trx, write: CoverageWrite, given: CoverageFacts): Promise<string | null> {
  const { organizationId, patientId, intakeId, actor, at, secrets } = write;
  await lockPatient(trx, write);
  const facts = { ...given, ...(await ownDocuments(trx, write, given)) };
  const digest = digestOf(write, facts.memberId);
  const earlier = await currentRows(trx, write)
    .where({ position: facts.position })
    .orderBy('captured_at', 'desc')
    .forUpdate()
    .select<CoverageRow[]>();
  if (earlier[0] !== undefined && unchanged(earlier[0], facts, digest)) return null;
  const id = randomUUID();
  for (const row of earlier)
    await trx('coverage')
      .where({ id: row.id })
      .update({ replaced_by: id, version: row.version + 1 });
  await trx('coverage').insert({
    id,
    organization_id: organizationId,
    patient_id: patientId,
    // A correction answers for the intake that captured it first.
    intake_id: intakeId ?? earlier[0]?.intake_id ?? null,
    position: facts.position,
    payer_name: facts.payerName,
    member_id_sealed: secrets.seal(memberPlace(id), facts.memberId),
    member_id_digest: digest,
    group_number: facts.groupNumber,
    plan_name: facts.planName,
    relation: facts.relation,
    subscriber_name: facts.subscriberName,
    subscriber_birth_date: facts.subscriberBirthDate,
    starts_on: facts.startsOn,
    ends_on: facts.endsOn,
    status: 'captured',
    front_document_id: facts.frontDocumentId,
    back_document_id: facts.backDocumentId,
    captured_by: actor.ref,
    captured_at: at,
  });
  const change = { organizationId, aggregate: 'coverage', actor, at, opKey: write.opKey };
  for (const row of earlier)
    await recordStateChange(trx, {
      ...change,
      aggregateId: row.id,
      event: 'replace',
      from: row.status,
      to: row.status,
      data: { patientId, replacedBy: id },
    });
  await recordStateChange(trx, {
    ...change,
    aggregateId: id,
    event: 'capture',
    from: null,
    to: 'captured',
    data: { patientId, position: facts.position, ...(intakeId !== null && { intakeId }) },
  });
  return id;
}

/** A card counts when it was sent for this patient: whoever names another's document names nothing. */
async function ownDocuments(trx: Trx, { organizationId, patientId }: WhichPatient, facts: CoverageFacts) {
  const named = [facts.frontDocumentId, facts.backDocumentId].filter((id) => id !== null);
  const own = new Set(
    named.length === 0
      ? []
      : await trx('document')
          .where({ organization_id: organizationId, patient_id: patientId })
          .whereIn('id', named)
          .pluck<string[]>('id'),
  );
  const kept = (id: string | null): string | null => (id !== null && own.has(id) ? id : null);
  return { frontDocumentId: kept(facts.frontDocumentId), backDocumentId: kept(facts.backDocumentId) };
}

async function endCoverage(trx: Trx, write: CoverageWrite, row: CoverageRow, reason: string): Promise<void> {
  await trx('coverage')
    .where({ id: row.id })
    .update({
      status: 'cancelled',
      ended_reason: reason,
      asks_taken: trx.ref('asks_wanted'),
      version: row.version + 1,
    });
  await recordStateChange(trx, {
    organizationId: write.organizationId,
    aggregate: 'coverage',
    aggregateId: row.id,
    event: 'cancel',
    from: row.status,
    to: 'cancelled',
    actor: write.actor,
    at: write.at,
    reason,
    data: { patientId: row.patient_id },
    opKey: write.opKey,
  });
}

type StaffWrite = Pick<CoverageWrite, 'organizationId' | 'actor' | 'at' | 'opKey'>;

async function currentRow(trx: Trx, write: StaffWrite, coverageId: string): Promise<CoverageRow> {
  const row = await trx('coverage')
    .where({ id: coverageId, organization_id: write.organizationId })
    .forUpdate()
    .first<CoverageRow | undefined>();
  if (row === undefined) throw new DomainError('not-found');
  if (row.replaced_by !== null || row.status === 'cancelled') throw new DomainError('invalid-transition');
  return row;
}

/** By a person, with a reason. @throws DomainError `not-found`, `invalid-transition` for what is over already */
export async function cancelCoverage(trx: Trx, write: StaffWrite, coverageId: string, reason: string): Promise<string> {
  const row = await currentRow(trx, write, coverageId);
  await endCoverage(trx, { ...write, patientId: row.patient_id, intakeId: null, secrets: noSecrets }, row, reason);
  return row.patient_id;
}

const noSecrets: FieldSecrets = {
  seal: () => '',
  open: () => '',
  digest: () => '',
};

/**
 * A person wants to know now: the payer is asked once more, whatever was said before. Worker's rounds take it up.
 * @throws DomainError `not-found`, `invalid-transition`
 */
export async function askAgain(trx: Trx, write: StaffWrite, coverageId: string): Promise<string> {
  const row = await currentRow(trx, write, coverageId);
  await trx('coverage')
    .where({ id: coverageId })
    .update({ asks_wanted: row.asks_wanted + 1, eligibility: 'pending', version: row.version + 1 });
  await recordStateChange(trx, {
    organizationId: write.organizationId,
    aggregate: 'coverage',
    aggregateId: coverageId,
    event: 'ask-again',
    from: row.status,
    to: row.status,
    actor: write.actor,
    at: write.at,
    data: { patientId: row.patient_id },
    opKey: write.opKey,
  });
  return row.patient_id;
}

/** What is on file, the present first; `memberId` is opened: show it only to the patient and to who may see it. */
export async function coveragesOf(
  trx: Trx,
  secrets: FieldSecrets,
  { organizationId, patientId }: WhichPatient,
): Promise<readonly CoverageView[]> {
  const rows = await trx('coverage as c')
    .where({ 'c.organization_id': organizationId, 'c.patient_id': patientId })
    .select<CoverageRow[]>(
      'c.*',
      trx.raw('(SELECT count(*) FROM eligibility_check e WHERE e.coverage_id = c.id) AS checks'),
      trx.raw(
        `(SELECT benefits FROM eligibility_check e WHERE e.coverage_id = c.id AND e.outcome IN ('eligible', 'inactive') ORDER BY seq DESC LIMIT 1) AS benefits`,
      ),
    )
    .orderByRaw(`(c.replaced_by IS NULL AND c.status <> 'cancelled') DESC, c.position, c.captured_at DESC, c.id`);
  return rows.map((row) => ({
    id: row.id,
    patientId: row.patient_id,
    intakeId: row.intake_id,
    position: row.position,
    payerName: row.payer_name,
    memberId: secrets.open(memberPlace(row.id), row.member_id_sealed),
    groupNumber: row.group_number,
    planName: row.plan_name,
    relation: row.relation,
    subscriberName: row.subscriber_name,
    subscriberBirthDate: row.subscriber_birth_date,
    startsOn: row.starts_on,
    endsOn: row.ends_on,
    frontDocumentId: row.front_document_id,
    backDocumentId: row.back_document_id,
    status: row.status,
    current: row.replaced_by === null && row.status !== 'cancelled',
    capturedAt: row.captured_at.toISOString(),
    endedReason: row.ended_reason,
    eligibility: {
      state: row.eligibility,
      code: row.eligibility_code,
      at: row.eligibility_at?.toISOString() ?? null,
      checks: Number(row.checks ?? 0),
      benefits: row.benefits ?? [],
    },
    version: row.version,
  }));
}

const flags: Readonly<Record<EligibilityWord, InsuranceFlag>> = {
  pending: 'captured',
  'not-asked': 'captured',
  eligible: 'eligible',
  inactive: 'inactive',
  error: 'error',
};

/** Where the insurance of a patient stands, from the primary coverage that counts now. */
export async function insuranceFlagOf(trx: Trx, of: WhichPatient): Promise<InsuranceFlag> {
  const row = await currentRows(trx, of)
    .orderBy([{ column: 'position' }, { column: 'captured_at', order: 'desc' }])
    .first<Pick<CoverageRow, 'eligibility'> | undefined>('eligibility');
  return row === undefined ? 'missing' : flags[row.eligibility];
}
