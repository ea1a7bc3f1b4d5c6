import type { QuestionnaireItem } from '../questionnaire.ts';
import { birthDate, choice, group, is, line, photo, questionnaire, yesNo, yes } from './build.ts';

/** The same fields for the first insurance and the second. */
const policy = (id: string): QuestionnaireItem[] => [
  line(`${id}.payer`, 'What is the name of the insurance?', {
    required: true,
    maxLength: 150,
    help: 'It is on the front of your card. For example: Aetna, Medicaid or Medicare.',
  }),
  line(`${id}.member-id`, 'What is your member number?', {
    required: true,
    maxLength: 50,
    help: 'It may say “Member ID”, “ID” or “Policy number” on your card.',
  }),
  line(`${id}.group`, 'What is the group number?', { maxLength: 50, help: 'Leave this empty if your card has none.' }),
  choice(
    `${id}.relation`,
    'Whose insurance is it?',
    {
      self: 'It is my own',
      spouse: 'My husband’s, my wife’s or my partner’s',
      child: 'My mother’s or my father’s',
      other: 'Someone else’s',
    },
    { required: true },
  ),
  line(`${id}.subscriber-name`, 'What is the full name of this person?', {
    required: true,
    maxLength: 200,
    when: is(`${id}.relation`, 'spouse', 'child', 'other'),
  }),
  birthDate(`${id}.subscriber-birth-date`, 'When was this person born?', {
    required: true,
    when: is(`${id}.relation`, 'spouse', 'child', 'other'),
    why: 'The insurance asks us for it when we check your plan.',
  }),
];

const cards = (id: string): QuestionnaireItem[] => [
  photo(`${id}.card-front`, 'Photo of the front of your card', {
    help: 'A photo or a PDF, up to 10 MB. Please read it once more: are all the words clear?',
    why: 'With the photo we can correct a slip of the pen. We keep it locked.',
  }),
  photo(`${id}.card-back`, 'Photo of the back of your card'),
];

/** Step 5: coverage. Nothing here holds anybody up: whether the plan is active is asked afterwards. */
export const insurance = questionnaire('insurance', '1', 'Your insurance', [
  choice(
    'insurance.has',
    'Do you have health insurance?',
    { yes: 'Yes', no: 'No', 'not-sure': 'I am not sure' },
    { required: true, why: 'If you have none, you can still come. We can tell you what a visit costs.' },
  ),
  group('insurance.first', 'Your insurance', policy('insurance'), { when: is('insurance.has', 'yes') }),
  group('insurance.cards', 'Your insurance card', cards('insurance'), { when: is('insurance.has', 'yes') }),
  yesNo('insurance.has-second', 'Do you have a second insurance?', {
    required: true,
    when: is('insurance.has', 'yes'),
    help: 'For example: Medicare and a plan from work.',
  }),
  group('insurance.second', 'Your second insurance', policy('insurance2'), { when: yes('insurance.has-second') }),
  group('insurance.second-cards', 'The card of your second insurance', cards('insurance2'), {
    when: yes('insurance.has-second'),
  }),
]);
