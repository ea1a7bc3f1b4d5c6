import { intakeDraftKey } from '../../activities/intake-token.ts';
import { DomainError } from '../../domain/errors.ts';
import { answeringStates, type IntakeState } from '../../domain/intake/intake.ts';
import type { RequestContext } from '../context.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import type { IntakeRow } from '../../db/intakes/intake-view.ts';
import { keptFromOthers } from '../../db/patients/minor-consents.ts';

interface IntakeOf {
  readonly id: string;
  readonly patientId: string;
  /** A minor told it in confidence (db/minor-consents.ts, `keptFromOthers`): the link that was sent to them is the way in. */
  readonly kept?: boolean | undefined;
}

/**
 * A patient acts on an intake of their own chart; a session that a link opened, on its own intake only. Staff need one
 * of the actions that the route names. @throws DomainError `not-found` for anybody else’s intake
 */
export function requireIntake(context: RequestContext, intake: IntakeOf | undefined): asserts intake is IntakeOf {
  if (intake === undefined) throw new DomainError('not-found');
  const { session } = context;
  if (session === null) throw new DomainError('unauthenticated');
  if (session.kind === 'staff') return;
  const ofAccount = session.patientId === intake.patientId && intake.kept !== true;
  const own = session.intakeId === null ? ofAccount : session.intakeId === intake.id;
  if (!own) throw new DomainError('not-found');
}

/** With what this person's unsent words may be sealed in their browser; none for staff, and once answers are over. */
export function draftKeyFor(
  { ports, session, actor }: RequestContext,
  intake: { readonly id: string; readonly state: IntakeState },
): string | null {
  if (session === null || session.kind === 'staff' || !answeringStates.has(intake.state)) return null;
  // By link or by account, a patient is the same person; a guardian is another one.
  const holder = session.intakeId === null ? `patient:${session.patientId}` : actor.ref;
  return intakeDraftKey(ports.keys, intake.id, holder);
}

/** The same of a row; a guardian's link opens no intake in confidence, and nobody knows who holds a child's account. */
export async function requireIntakeRow(
  context: RequestContext,
  trx: Trx,
  row: Pick<IntakeRow, 'id' | 'patient_id' | 'confidential'>,
): Promise<void> {
  const { id, patient_id: patientId, confidential } = row;
  const kept = confidential && (await keptFromOthers(trx, { patientId, confidential, at: await databaseTime(trx) }));
  requireIntake(context, { id, patientId, kept });
}

/**
 * Whether earlier answers and prefill may be shown: not to a session that an untouched invitation opened without a
 * step-up. It sees what it typed itself, because there was nothing before (api/intakes/intake-access.ts).
 */
export const mayShowEarlier = ({ user }: RequestContext): boolean =>
  user.intakeId === null || user.steppedUpAt !== null;
