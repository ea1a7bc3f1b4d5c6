/** What an intake says to whoever answers it: links by mail; where nobody can be written to, a person calls. */
import type { ChangeContext } from '../appointments/appointment-effects.ts';
import type { Trx } from '../connection.ts';
import {
  closeIntakeLinks,
  fileIntakeLink,
  queueIntakeNotice,
  type FiledIntakeLink,
  type IntakeLinkMail,
  type IntakeNotice,
} from './intake-links.ts';
import type { IntakeRow } from './intake-view.ts';
import { raiseStaffTask } from '../cases/staff-tasks.ts';

const ofIntake = ({ organizationId, actor, at }: ChangeContext, row: IntakeRow) => ({
  organizationId,
  intakeId: row.id,
  patientId: row.patient_id,
  actor,
  at,
});

export const sendIntakeLink = (
  trx: Trx,
  context: ChangeContext,
  row: IntakeRow,
  message: {
    readonly mail: IntakeLinkMail;
    /** Of the dedupe key: one intent, one message. */
    readonly about: string;
    readonly reuse?: boolean | undefined;
    readonly endSessions?: boolean | undefined;
  },
): Promise<FiledIntakeLink> =>
  fileIntakeLink(trx, {
    ...ofIntake(context, row),
    mail: message.mail,
    dedupeKey: `intake:${row.id}:${message.about}`,
    reuse: message.reuse,
    endSessions: message.endSessions,
    language: row.language,
    usefulUntil: row.expires_at > context.at ? row.expires_at : undefined,
  });

export const endIntakeLinks = (
  trx: Trx,
  context: ChangeContext,
  row: IntakeRow,
  reason: 'closed' | 'withdrawn' = 'closed',
): Promise<number> => closeIntakeLinks(trx, { ...ofIntake(context, row), reason });

/** @returns false when nobody could be written to, or it is on file */
export const sayHowItWent = (trx: Trx, context: ChangeContext, row: IntakeRow, kind: IntakeNotice): Promise<boolean> =>
  queueIntakeNotice(trx, {
    ...ofIntake(context, row),
    kind,
    dedupeKey: `intake:${row.id}:${kind}:v${row.version}`,
    language: row.language,
    // A week later nobody is helped by hearing of it.
    usefulUntil: new Date(context.at.getTime() + 7 * 86_400_000),
  });

/** A person of the clinic calls. One for each version and reason. */
export async function callAboutIntake(trx: Trx, context: ChangeContext, row: IntakeRow, about: string): Promise<void> {
  await raiseStaffTask(trx, {
    organizationId: context.organizationId,
    kind: 'call-patient',
    dedupeKey: `call:intake:${row.id}:${about}:v${row.version}`,
    subjectType: 'intake',
    subjectId: row.id,
    patientId: row.patient_id,
    locationId: row.location_id ?? undefined,
    params: { about },
    dueAt: new Date(context.at.getTime() + 86_400_000),
    actor: context.actor,
    at: context.at,
  });
}
