/**
 * What is said to an absence that runs, as its routes say it: a repeat is recognized before anything else, what is over is
 * answered from Postgres, everything else is the process's to answer.
 */
import { readAbsence } from '../../db/absences/absence-view.ts';
import type { Trx } from '../../db/connection.ts';
import { findOperation } from '../../db/transaction.ts';
import type { AbsenceAction, CaseAction } from '../../domain/schedule/absence.ts';
import { DomainError } from '../../domain/errors.ts';
import { absenceOperationKey, caseUpdate } from '../../workflows/messages/absence.ts';
import type { AbsenceActionRequest, AbsenceView } from '../../workflows/messages/absence.ts';
import { onceAtATime } from './appointment-actions.ts';
import type { RequestContext } from '../context.ts';
import { closed } from '../temporal/temporal.ts';

export type Said =
  | { readonly action: AbsenceAction; readonly input: AbsenceActionRequest['input'] }
  | {
      readonly about: string;
      readonly action: CaseAction;
      readonly input: { readonly reason?: string | undefined };
    };

/** @throws DomainError `not-found`, `invalid-transition` with what is possible, and what the engine's silences stand for */
export async function sayToAbsence(context: RequestContext, absenceId: string, said: Said): Promise<AbsenceView> {
  const { organizationId, actor } = context;
  const operation = {
    key: absenceOperationKey(absenceId, context.operationId),
    inputHash: context.operation.inputHash,
  };
  const repeated = async (trx: Trx): Promise<AbsenceView | undefined> =>
    (await findOperation<{ absence: AbsenceView }>(trx, organizationId, operation))?.result.absence;
  return onceAtATime(context, operation.key, async () => {
    const done = await context.read(async (trx) => {
      const absence = await readAbsence(trx, absenceId);
      if (absence === null) throw new DomainError('not-found');
      if ('about' in said) {
        const one = await trx('absence_case')
          .where({ absence_id: absenceId, appointment_id: said.about })
          .first<{ patient_id: string } | undefined>('patient_id');
        if (one === undefined) throw new DomainError('not-found');
        context.concerns({ patientId: one.patient_id, detail: { appointmentId: said.about } });
      }
      const before = await repeated(trx);
      if (before === undefined && absence.endedAt !== null) throw isOver(absence, said.action);
      return before;
    });
    if (done !== undefined) return done;
    const answer = await context.ports.temporal.actOnAbsence(
      absenceId,
      'about' in said
        ? { action: caseUpdate(said.action), appointmentId: said.about, input: said.input, actor, operation }
        : { action: said.action, input: said.input, actor, operation },
    );
    if (answer !== closed) return answer;
    // The run ended meanwhile.
    return context.read(async (trx) => {
      const before = await repeated(trx);
      if (before !== undefined) return before;
      const absence = await readAbsence(trx, absenceId);
      if (absence === null) throw new DomainError('not-found');
      throw isOver(absence, said.action);
    });
  });
}

const isOver = ({ state }: AbsenceView, event: string): DomainError =>
  new DomainError('invalid-transition', { allowed: [], data: { from: state, event } });
