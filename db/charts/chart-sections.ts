/**
 * What an accepted section of an intake leaves in the chart, at once (features.md A3): facts with the intake they came
 * from. A new fact supersedes the old one and never replaces it silently; nothing that a later section does undoes it.
 */
import type { Actor } from '../../domain/actor.ts';
import { allergyFacts, answersOfFacts, historyFacts, medicationFacts, type FactTable, type SectionFacts } from '../../domain/patient/chart-facts.ts'; // prettier-ignore
import type { IntakeStep } from '../../domain/intake/intake.ts';
import { chooseLanguage, writtenLanguages } from '../../domain/language.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { factsInForce, isDismissed, writeFacts, type FactRow } from './chart-facts.ts';
import { commitContact, commitDemographics, commitIdentity, commitLanguage, demographicsOf } from './chart-person.ts';
import { commitConsents } from '../patients/consents.ts';
import type { Trx } from '../connection.ts';
import { lockPatient, recordPatientChange, type PatientRow } from '../patients/patients.ts';

/** As domain/questionnaire/questionnaire-answers.ts has it: always arrays, a repeating group holds nested answers. */
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
  /** Told by a minor in confidence: who they are and where they live stays with the intake, health facts are in the chart. */
  readonly confidential?: boolean | undefined;
  /** Of the page: the language in which a consent was read. The patient's where nobody says. */
  readonly language?: string | undefined;
}

export interface SectionCommitted {
  /** New facts on the chart, by table. Empty: the chart said the same already, or the step leaves nothing there. */
  readonly facts: Readonly<Record<string, number>>;
  /** "None" that facts in force contradict: they stay, and somebody has to ask. */
  readonly contradicted: number;
}

/**
 * Writes an accepted section to the chart, in the transaction of the save. The caller has checked the answers against
 * the questionnaire. A repeat with the same answers writes nothing.
 * @throws DomainError `not-found` for a patient of another organization; `validation-failed` for a signature that is none
 */
export async function commitSection(trx: Trx, section: Section): Promise<SectionCommitted> {
  if (ofTheIntake.has(section.step)) return { facts: {}, contradicted: 0 };
  const row = await lockPatient(trx, section.organizationId, section.patientId);
  const answers = section.answers as Answers;
  const clinical = clinicalFacts[section.step];
  if (clinical !== undefined) {
    const { written, contradicted } = await writeFacts(trx, clinical.table, section, clinical.read(answers));
    const facts = { [clinical.table]: written };
    if (written > 0)
      await recordPatientChange(trx, section, section.patientId, 'intake-section', { step: section.step, intakeId: section.intakeId, contradicted }); // prettier-ignore
    return { facts: counted(facts), contradicted };
  }
  const facts = await person(trx, row, section, answers);
  return { facts: counted(facts), contradicted: 0 };
}

/** What a guardian reads and is asked to confirm in their own intake. */
const seenByGuardians: ReadonlySet<IntakeStep> = new Set(['language', 'identity', 'contact', 'demographics']);

/** Why somebody comes, the screens and the review leave nothing in the chart. */
const ofTheIntake: ReadonlySet<IntakeStep> = new Set(['reason', 'screens', 'review']);

async function person(trx: Trx, row: PatientRow, section: Section, answers: Answers): Promise<Record<string, number>> {
  if (section.confidential === true && seenByGuardians.has(section.step)) return {};
  switch (section.step) {
    case 'language':
      return commitLanguage(trx, row, section, answers);
    case 'identity':
      return commitIdentity(trx, row, section, answers);
    case 'contact':
      return commitContact(trx, row, section, answers);
    case 'demographics':
      return commitDemographics(trx, row, section, answers);
    case 'consents':
      return commitConsents(trx, { ...section, language: section.language ?? row.language }, answers);
    default:
      // Insurance is captured by db/patients/coverages.ts.
      return {};
  }
}

const counted = (facts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(facts).filter(([, count]) => count > 0));

const clinicalFacts: Readonly<Partial<Record<IntakeStep, { table: FactTable; read(answers: Answers): SectionFacts }>>> =
  {
    // prettier-ignore
    allergies: { table: 'allergy_intolerance', read: allergyFacts },
    medications: { table: 'medication_statement', read: medicationFacts },
    history: { table: 'history_statement', read: historyFacts },
  };

export interface Prefill {
  readonly answers: SectionAnswers;
  /** What the person must confirm: the linkIds, for groups the group's linkId (each entry carries its own question). */
  readonly toConfirm: readonly string[];
}

/** What the chart knows already of a step, to be confirmed (A9, D3); null when there is nothing. */
export async function prefillFor(
  trx: Trx,
  of: {
    readonly patientId: string;
    readonly step: IntakeStep;
    /** Leaves out what the patient told in confidence: for whoever is not them. */
    readonly withoutConfidential?: boolean | undefined;
  },
): Promise<Prefill | null> {
  const answers = await knownAnswers(trx, of.patientId, of.step, of.withoutConfidential === true);
  const toConfirm = Object.keys(answers);
  return toConfirm.length === 0 ? null : { answers, toConfirm };
}

async function knownAnswers(trx: Trx, patientId: string, step: IntakeStep, kept: boolean): Promise<Answers> {
  switch (step) {
    case 'allergies':
    case 'medications': {
      const rows = await factsToShow(trx, clinicalFacts[step]!.table, patientId, kept);
      return listAnswers(step, rows);
    }
    case 'history':
      return answersOfFacts(await factsToShow(trx, 'history_statement', patientId, kept));
    case 'language':
    case 'identity':
    case 'contact':
    case 'demographics': {
      const said = (await demographicsOf(trx, patientId))?.answer ?? {};
      const own = Object.entries(said).filter(([linkId]) => linkId.startsWith(`${step}.`));
      const row = await trx('patient').where({ id: patientId }).first<PatientRow | undefined>();
      // The chart as it is now comes before what was answered once: staff may have corrected it meanwhile.
      return row === undefined ? {} : { ...Object.fromEntries(own), ...chartAnswers(step, row) };
    }
    default:
      return {};
  }
}

/** What was refuted is no answer of anybody's; whoever still thinks it is so says it anew, and it is looked at anew. */
async function factsToShow(trx: Trx, table: FactTable, patientId: string, kept: boolean): Promise<FactRow[]> {
  const rows = (await factsInForce(trx, table, patientId)).filter((row) => !isDismissed(row));
  const sources = rows.flatMap(({ source_intake_id: source }) => source ?? []);
  if (!kept || sources.length === 0) return rows;
  const told = await trx('intake').whereIn('id', sources).where({ confidential: true }).select<{ id: string }[]>('id');
  const confidential = new Set(told.map(({ id }) => id));
  return rows.filter(({ source_intake_id: source }) => source === null || !confidential.has(source));
}

/** Each fact is a row that names itself, so that confirming, changing and removing it are said of it and no other. */
function listAnswers(step: 'allergies' | 'medications', rows: readonly FactRow[]): Answers {
  if (rows.length === 0) return {};
  const some = rows.filter((row) => !row.none_known);
  if (some.length === 0) return { [`${step}.any`]: [{ code: 'none' }] };
  const list = some.flatMap((row) =>
    (row.answer[`${step}.list`] ?? []).map((entry) => ({ ...(entry as Answers), [`${step}.ref`]: [row.id] })),
  );
  return { [`${step}.any`]: [{ code: 'some' }], [`${step}.list`]: list };
}

function chartAnswers(step: 'language' | 'identity' | 'contact' | 'demographics', row: PatientRow): Answers {
  const text = (linkId: string, value: unknown): Answers =>
    typeof value === 'string' && value !== '' ? { [linkId]: [value] } : {};
  switch (step) {
    case 'language':
      return { 'language.preferred': [{ code: chooseLanguage([row.language], writtenLanguages) }], 'language.interpreter': [row.interpreter_needed] }; // prettier-ignore
    case 'identity':
      return {
        ...text('identity.given', row.given.join(' ')),
        ...text('identity.family', row.family),
        ...text('identity.birth-date', row.birth_date?.length === 10 ? row.birth_date : null),
        ...text('identity.chosen-name', row.chosen_name),
      };
    case 'contact': {
      const lines = Array.isArray(row.address['line']) ? (row.address['line'] as unknown[]) : [];
      const known = Object.keys(row.address).length > 0;
      return {
        ...(row.phone !== null && { 'contact.has-phone': [true], 'contact.phone': [row.phone] }),
        ...text('contact.email', row.email),
        ...(known && { 'contact.has-address': [true] }),
        ...text('contact.address.line1', lines[0]),
        ...text('contact.address.line2', lines[1]),
        ...text('contact.address.city', row.address['city']),
        ...text('contact.address.state', row.address['state']),
        ...text('contact.address.postcode', row.address['postalCode']),
      };
    }
    case 'demographics':
      return row.sex === 'unknown' ? {} : { 'demographics.sex': [{ code: row.sex }] };
  }
}
