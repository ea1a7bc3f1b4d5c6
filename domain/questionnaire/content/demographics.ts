import { choice, group, is, line, questionnaire } from './build.ts';
import { relationships } from './contact.ts';

const details = (code: string, text: string, help: string) =>
  line(`demographics.race.${code}`, text, { help, when: is('demographics.race', code) });

/** Step 4: USCDI demographics, and race and ethnicity as one question with seven groups (OMB SPD-15, 2024). */
export const demographics = questionnaire('demographics', '1', 'About you', [
  choice(
    'demographics.sex',
    'What sex is on your papers?',
    { female: 'Female', male: 'Male', other: 'X or another' },
    { declinable: true, required: true, why: 'Your insurance may compare this with what it has on file.' },
  ),
  choice(
    'demographics.sex-clinical',
    'Which sex should we go by for tests and doses?',
    {
      'female-typical': 'Female',
      'male-typical': 'Male',
      specified: 'It depends, please ask me',
      unknown: 'I do not know',
    },
    {
      declinable: true,
      required: true,
      why: 'Normal test results and safe doses can differ. What fits your body may not be what is on your papers.',
    },
  ),
  choice(
    'demographics.gender',
    'What is your gender?',
    {
      woman: 'Woman',
      man: 'Man',
      'trans-woman': 'Transgender woman',
      'trans-man': 'Transgender man',
      'non-binary': 'Not only a man or a woman (nonbinary)',
      other: 'Another gender',
      unsure: 'I am not sure',
    },
    { declinable: true, required: true, why: 'We want to treat you as who you are. You do not have to say.' },
  ),
  line('demographics.gender-other', 'What word do you use for your gender?', {
    maxLength: 100,
    when: is('demographics.gender', 'other'),
  }),
  choice(
    'demographics.pronouns',
    'Which words should we use for you?',
    { she: 'She, her', he: 'He, him', they: 'They, them', other: 'Other words' },
    { declinable: true, required: true },
  ),
  line('demographics.pronouns-other', 'Which words do you use?', {
    maxLength: 60,
    when: is('demographics.pronouns', 'other'),
  }),
  choice(
    'demographics.orientation',
    'How do you see yourself?',
    {
      straight: 'Straight, not gay',
      gay: 'Lesbian or gay',
      bisexual: 'Bisexual',
      other: 'Another word',
      unsure: 'I am not sure',
    },
    {
      declinable: true,
      required: true,
      why: 'Some health risks differ, and we want to offer what fits you. You do not have to say.',
    },
  ),
  line('demographics.orientation-other', 'What word do you use?', {
    maxLength: 100,
    when: is('demographics.orientation', 'other'),
  }),
  choice(
    'demographics.race',
    'What is your race or ethnic group?',
    {
      'american-indian': 'American Indian or Alaska Native',
      asian: 'Asian',
      black: 'Black or African American',
      hispanic: 'Hispanic or Latino',
      'middle-eastern': 'Middle Eastern or North African',
      'pacific-islander': 'Native Hawaiian or Pacific Islander',
      white: 'White',
    },
    {
      declinable: true,
      required: true,
      repeats: true,
      help: 'Choose all that are true for you.',
      why: 'It shows us if we care for all groups equally well. It never changes whether you get care.',
    },
  ),
  details('american-indian', 'American Indian or Alaska Native: tell us more', 'For example: Navajo Nation or Mayan.'),
  line('demographics.tribe', 'Are you a member of a tribe? Which one?', {
    maxLength: 150,
    when: is('demographics.race', 'american-indian'),
    why: 'Members of some tribes have a right to more services.',
  }),
  details('asian', 'Asian: tell us more', 'For example: Chinese, Filipino or Vietnamese.'),
  details('black', 'Black or African American: tell us more', 'For example: African American, Haitian or Nigerian.'),
  details('hispanic', 'Hispanic or Latino: tell us more', 'For example: Mexican, Puerto Rican or Cuban.'),
  details('middle-eastern', 'Middle Eastern or North African: tell us more', 'For example: Lebanese or Egyptian.'),
  details('pacific-islander', 'Native Hawaiian or Pacific Islander: tell us more', 'For example: Samoan or Tongan.'),
  details('white', 'White: tell us more', 'For example: Irish, German or Polish.'),
  choice(
    'demographics.has-related',
    'Is there someone who takes part in your care?',
    { yes: 'Yes', no: 'No' },
    { declinable: true, required: true, help: 'For example: a parent, a guardian, or a daughter who comes with you.' },
  ),
  group(
    'demographics.related',
    'Who takes part in your care?',
    [
      line('demographics.related.name', 'Name', { required: true, maxLength: 100 }),
      choice(
        'demographics.related.relationship',
        'Who is this person to you?',
        { guardian: 'Legal guardian', ...relationships },
        { required: true },
      ),
    ],
    { repeats: true, when: is('demographics.has-related', 'yes') },
  ),
]);
