/** What a made-up person answers, step by step: for the demonstration, the tour and tests. */
import type { IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';

export interface MadeUpPerson {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly language?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
}

const code = (value: string) => [{ code: value }];

/** Complete and in order, with nothing in them that could not wait. */
export const intakeAnswers = (person: MadeUpPerson): Readonly<Record<IntakeStep, Answers>> => ({
  language: {
    'language.preferred': code(person.language ?? 'en'),
    'language.interpreter': [false],
    'language.access': code('none'),
  },
  identity: {
    'identity.been-here': code('not-sure'),
    'identity.given': [person.given],
    'identity.family': [person.family],
    'identity.birth-date': [person.birthDate],
  },
  contact: {
    'contact.has-phone': [true],
    'contact.phone': [person.phone ?? '212 555 0147'],
    ...(person.email !== undefined && { 'contact.email': [person.email] }),
    'contact.has-address': [true],
    'contact.address.line1': ['12 Oak Street'],
    'contact.address.city': ['New York'],
    'contact.address.state': ['NY'],
    'contact.address.postcode': ['10001'],
    'contact.preferred': code('email'),
    'contact.consent.sms': [true],
    'contact.consent.email': [true],
    'contact.consent.voice': [false],
    'contact.has-emergency': [false],
  },
  demographics: {
    'demographics.sex': code('female'),
    'demographics.sex-clinical': code('female-typical'),
    'demographics.gender': code('woman'),
    'demographics.pronouns': code('she'),
    'demographics.orientation': code('asked-declined'),
    'demographics.race': code('asked-declined'),
    'demographics.has-related': code('no'),
  },
  insurance: { 'insurance.has': code('no') },
  reason: {
    'reason.main': ['My knee has hurt for two weeks.'],
    'reason.since': code('weeks'),
    'reason.chest-pain': [false],
    'reason.stroke': [false],
    'reason.allergic': [false],
    'reason.pregnant': code('no'),
    'reason.safe-at-home': code('yes'),
  },
  allergies: { 'allergies.any': code('none') },
  medications: {
    'medications.any': code('some'),
    'medications.list': [{ 'medications.name': ['metformin'], 'medications.dose': ['500 mg'] }],
  },
  history: {
    'history.problems': code('diabetes'),
    'history.has-surgeries': [false],
    'history.family': code('unknown'),
    'history.tobacco': code('never'),
    'history.drugs': code('never'),
    'history.living': code('family'),
    'history.needs': code('none'),
  },
  screens: {
    'phq.1': code('0'),
    'phq.2': code('1'),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((k) => [`gad.${k}`, code('0')])),
    'audit.1': code('1'),
    'audit.2': code('0'),
    'audit.3': code('0'),
  },
  consents: {
    'consents.agree.treatment': [true],
    'consents.agree.privacy-practices': [true],
    'consents.agree.financial-responsibility': [true],
    'consents.agree.electronic-communication': [true],
    'consents.relationship': code('self'),
    'consents.typed-name': [`${person.given} ${person.family}`],
    'consents.intent': [true],
  },
  review: { 'review.correct': [true] },
});
