/** The guided intake as the API shows it. Codes only, apart from questionnaires and crisis help, which are in the asked language. */
import { z } from 'zod';
import {
  escalationFlags,
  identityFlags,
  insuranceFlags,
  intakeActions,
  intakeStates,
  intakeSteps,
  stepStates,
} from '../../domain/intake/intake.ts';
import { date, email, id, language, note, phone, text } from '../schemas.ts';

export const intakeStep = z.enum(intakeSteps);

/** linkId -> values, always arrays (domain/questionnaire/questionnaire-answers.ts). A repeating group holds answers of its own. */
export const answers = z.record(z.string().max(120), z.array(z.unknown()).max(200));

/** What to do at once about one red flag, in the person's language, with the numbers of where they are. */
export const crisisHelp = z.object({
  rule: z.string(),
  title: z.string(),
  text: z.string(),
  /** `chat`: the number is a web address. */
  phones: z.array(z.object({ label: z.string(), number: z.string(), kind: z.enum(['call', 'text', 'chat']) })),
});

export const intakeVisit = z.object({ id, start: z.string().nullable(), timeZone: z.string().nullable() });

/** One line of the board. */
export const intake = z.object({
  id,
  patientId: id,
  patient: z.object({ id, name: z.string(), mrn: z.string() }),
  appointmentId: id.nullable(),
  visitTypeId: id.nullable(),
  locationId: id.nullable(),
  state: z.enum(intakeStates),
  language: z.string(),
  identity: z.enum(identityFlags),
  escalation: z.enum(escalationFlags),
  insurance: z.enum(insuranceFlags),
  /** Where the patient is; null when every step is done. */
  step: intakeStep.nullable(),
  percent: z.int().min(0).max(100),
  /** Rules of red flags, raised at any time. */
  flags: z.array(z.string()),
  assignedTo: id.nullable(),
  invitedAt: z.string().nullable(),
  submittedAt: z.string().nullable(),
  reviewDueAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  expiresAt: z.string(),
  /** An expired one can be taken up again until then. */
  reopenUntil: z.string().nullable(),
  createdAt: z.string(),
  visit: intakeVisit.nullable(),
  /** Later visits of the same kind, booked while it was open: it is for them too. */
  alsoFor: z.array(intakeVisit),
  /** A minor may sign here without a guardian; `confidential`: no guardian is shown anything of it. */
  minorConsent: z.object({ confidential: z.boolean() }).nullable(),
  /** `consents`: only what must be signed is asked. */
  about: z.enum(['whole', 'consents']),
  /** What is due next. */
  dueAt: z.string().nullable(),
  /** Moves with every change: the ETag. */
  version: z.int(),
});
export type Intake = z.output<typeof intake>;

export const stepProgress = z.object({
  step: intakeStep,
  state: z.enum(stepStates),
  /** Of its answers; 0 before the first. */
  version: z.int(),
  /** Why it was given back, or waived. */
  note: z.string().nullable(),
});

export const intakeProgress = z.object({
  id,
  state: z.enum(intakeStates),
  language: z.string(),
  step: intakeStep.nullable(),
  percent: z.int(),
  steps: z.array(stepProgress),
  missing: z.array(z.object({ step: intakeStep, linkId: z.string() })),
  expiresAt: z.string(),
  visit: intakeVisit.nullable(),
  alsoFor: z.array(intakeVisit),
  minorConsent: z.object({ confidential: z.boolean() }).nullable(),
  about: z.enum(['whole', 'consents']),
  waitingOn: z.enum(['patient', 'clinic', 'nobody']),
  next: z
    .object({ what: z.enum(['answer', 'answer-again', 'review', 'visit', 'ask-clinic']), by: z.string().nullable() })
    .nullable(),
  /** Of every red flag of this intake, the most urgent first. */
  crisis: z.array(crisisHelp),
  insurance: z.enum(insuranceFlags),
  /** `region`, ISO 3166: whose emergency numbers the page shows before the server has answered. */
  clinic: z.object({ name: z.string(), phone: z.string().nullable(), region: z.string().nullable() }),
});
export type IntakeProgress = z.output<typeof intakeProgress>;

export const intakeStepPage = z.object({
  step: intakeStep,
  state: z.enum(stepStates),
  version: z.int(),
  savedAt: z.string().nullable(),
  /** FHIR R4 JSON subset (domain/questionnaire/questionnaire.ts), in the asked language. */
  questionnaire: z.record(z.string(), z.unknown()),
  answers,
  /** From the last accepted intake or the chart; shown, never counted as answered. */
  prefill: answers,
  /** Prefilled, and only the person's word makes it an answer. */
  toConfirm: z.array(z.string()),
  /** Values the server works out; read-only. */
  calculated: answers,
  returnedNote: z.string().nullable(),
  /** Base64 of 32 bytes: seals what this person typed and could not send yet; null for staff, and once answers are over. */
  draftKey: z.string().nullable(),
});
export type IntakeStepPage = z.output<typeof intakeStepPage>;

export const saveStepBody = z.strictObject({
  answers,
  /** The version that the page had read. */
  baseVersion: z.int().min(0),
  /** The person goes on: required answers are asked for, and the chart gets the section. */
  complete: z.boolean(),
  language: language.optional(),
});

export const savedStep = z.object({
  step: intakeStep,
  version: z.int(),
  savedAt: z.string(),
  answers,
  nextStep: intakeStep.nullable(),
  percent: z.int(),
  /** Of every red flag in these answers, the most urgent first. */
  crisis: z.array(crisisHelp),
  calculated: answers,
});
export type SavedStep = z.output<typeof savedStep>;

const privateContact = z
  .strictObject({ email: email.optional(), phone: phone.optional() })
  .refine((to) => to.email !== undefined || to.phone !== undefined, 'Send an address');

export const startIntakeBody = z
  .strictObject({
    patientId: id.optional(),
    /** Nobody we know: a provisional chart is made. */
    person: z
      .strictObject({
        given: text(100),
        family: text(100),
        birthDate: date,
        email: email.optional(),
        phone: phone.optional(),
      })
      .optional(),
    appointmentId: id.optional(),
    visitTypeId: id.optional(),
    language: language.optional(),
    /** Where a minor who signs alone says it is safe to write to; of no use for anybody else. */
    privateContact: privateContact.optional(),
    guardian: z
      .strictObject({
        name: text(200),
        relationship: text(60),
        authority: text(200).optional(),
        email: email.optional(),
        phone: phone.optional(),
      })
      .optional(),
  })
  .refine(({ patientId, person }) => (patientId === undefined) !== (person === undefined), {
    message: 'Send patientId or person, one of them',
    path: ['patientId'],
  });

export const actOnIntakeBody = z.strictObject({
  /** return */
  steps: z.array(intakeStep).min(1).max(12).optional(),
  notes: z.partialRecord(intakeStep, note(500)).optional(),
  /** waive */
  step: intakeStep.optional(),
  reason: text(300).optional(),
  /** resolve-match */
  matchId: id.optional(),
  decision: z.enum(['same', 'new']).optional(),
  /** assign-review; oneself when left out */
  userId: id.optional(),
  /** resend-link of an intake in confidence: a safe address, in place of the one before */
  privateContact: privateContact.optional(),
  /** verify-identity */
  identifiers: z.array(text(60)).max(5).optional(),
});

export const answerChange = z.object({
  step: intakeStep,
  linkId: z.string(),
  /** null: not answered then. */
  before: z.array(z.unknown()).nullable(),
  now: z.array(z.unknown()).nullable(),
});

export const intakeDetail = intake.extend({
  steps: z.array(
    stepProgress.extend({
      savedAt: z.string().nullable(),
      /** Which version of its questionnaire this case is on (A6). */
      questionnaireVersion: z.int(),
      answers,
    }),
  ),
  raised: z.array(
    z.object({
      id,
      rule: z.string(),
      step: intakeStep,
      linkId: z.string(),
      raisedAt: z.string(),
      /** The answer was changed since; the flag stays. */
      answerChangedAt: z.string().nullable(),
      escalationId: id.nullable(),
    }),
  ),
  scores: z.array(
    z.object({
      tool: z.string(),
      version: z.string(),
      score: z.number().nullable(),
      band: z.string().nullable(),
      /** null: too little was answered to know. */
      positive: z.boolean().nullable(),
      prorated: z.boolean(),
      notes: z.array(z.string()),
      inputs: z.unknown(),
      at: z.string(),
    }),
  ),
  /** Against the last completed intake of the patient. */
  differences: z.array(answerChange),
  openMatches: z.int(),
  consentsMissing: z.array(z.string()),
  allowedActions: z.array(z.object({ action: z.enum(intakeActions), possible: z.boolean() })),
});
export type IntakeDetail = z.output<typeof intakeDetail>;
