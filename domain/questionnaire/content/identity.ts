import { birthDate, choice, group, is, line, questionnaire, yesNo, yes } from './build.ts';

/** Step 2: who this is. The names of the papers first, since insurance and records are found by them. */
export const identity = questionnaire('identity', '1', 'Who you are', [
  choice(
    'identity.been-here',
    'Have you been to this clinic before?',
    { yes: 'Yes', no: 'No', 'not-sure': 'I am not sure' },
    { required: true, why: 'If you have been here, we look for the record that you have with us.' },
  ),
  line('identity.given', 'What are your first and middle names?', {
    required: true,
    maxLength: 100,
    help: 'Write them as they are on your ID or your insurance card. For example: Maria Luisa.',
    why: 'Your insurance and your records are filed under the name on your papers.',
  }),
  line('identity.family', 'What is your last name?', {
    required: true,
    maxLength: 100,
    help: 'If you have two last names, write both. For example: Garcia Lopez.',
  }),
  birthDate('identity.birth-date', 'When were you born?', {
    required: true,
    why: 'With your birth date we can tell you from other people who have the same name.',
  }),
  line('identity.chosen-name', 'What name should we call you?', {
    maxLength: 100,
    help: 'Leave this empty if it is the name on your papers.',
    why: 'This is the name we use when we speak to you.',
  }),
  yesNo('identity.has-former-names', 'Have you ever had another name?', {
    why: 'Older records may still have that name. It helps us find them.',
    help: 'For example: a name from before you got married.',
  }),
  group(
    'identity.former',
    'Your other names',
    [
      line('identity.former.given', 'First and middle names', { maxLength: 100 }),
      line('identity.former.family', 'Last name', { maxLength: 100 }),
    ],
    { repeats: true, when: yes('identity.has-former-names') },
  ),
  choice(
    'identity.id-kind',
    'Do you want to give us an ID number?',
    {
      none: 'No',
      'social-security': 'Yes, my Social Security number',
      'drivers-license': 'Yes, my driver’s license or state ID',
      passport: 'Yes, my passport',
      other: 'Yes, another ID',
    },
    {
      why: 'You do not have to. A number helps us not to mix you up with someone else.',
    },
  ),
  line('identity.id-number', 'What is the number?', {
    required: true,
    maxLength: 40,
    when: is('identity.id-kind', 'social-security', 'drivers-license', 'passport', 'other'),
  }),
]);
