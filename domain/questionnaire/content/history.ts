import { choice, group, is, line, questionnaire, yes, yesNo } from './build.ts';

/** Step 9: problems, surgeries, family, tobacco and how somebody lives. */
export const history = questionnaire('history', '1', 'Your health so far', [
  choice(
    'history.problems',
    'Has a doctor ever told you that you have one of these?',
    {
      none: 'None of these',
      'high-blood-pressure': 'High blood pressure',
      diabetes: 'Diabetes (high blood sugar)',
      heart: 'Heart trouble',
      stroke: 'A stroke',
      lungs: 'Asthma or another lung problem',
      kidneys: 'Kidney trouble',
      liver: 'Liver trouble',
      cancer: 'Cancer',
      'mental-health': 'Depression, anxiety or another mental health problem',
      other: 'Something else',
    },
    { required: true, repeats: true, alone: ['none'], help: 'Choose all that you have or had.' },
  ),
  line('history.problems-other', 'What else do you have, or did you have?', {
    maxLength: 500,
    when: is('history.problems', 'other'),
  }),
  yesNo('history.has-surgeries', 'Have you ever had surgery?', { required: true }),
  group(
    'history.surgeries',
    'What surgery did you have?',
    [
      line('history.surgeries.what', 'What was done?', {
        required: true,
        help: 'For example: my gallbladder was taken out.',
      }),
      line('history.surgeries.year', 'In which year, more or less?', {
        maxLength: 4,
        pattern: '^[0-9]{4}$',
        format: '2015',
        help: 'For example: 2015.',
      }),
    ],
    { repeats: true, required: true, when: yes('history.has-surgeries') },
  ),
  choice(
    'history.family',
    'Did your parents, brothers, sisters or children have one of these?',
    {
      none: 'None of these',
      unknown: 'I do not know',
      heart: 'Heart trouble before the age of 60',
      stroke: 'A stroke',
      'high-blood-pressure': 'High blood pressure',
      diabetes: 'Diabetes (high blood sugar)',
      cancer: 'Cancer',
      'mental-health': 'A mental health problem',
    },
    {
      required: true,
      repeats: true,
      alone: ['none', 'unknown'],
      declinable: true,
      why: 'Some health problems run in families. If we know, we can test early.',
    },
  ),
  line('history.family-details', 'Who had it, and what was it?', {
    maxLength: 500,
    when: is('history.family', 'heart', 'stroke', 'diabetes', 'cancer', 'mental-health'),
    help: 'For example: my mother had breast cancer when she was 50.',
  }),
  choice(
    'history.tobacco',
    'Do you smoke, vape or use tobacco?',
    { never: 'No, I never did', former: 'I did, but I stopped', 'some-days': 'Some days', 'every-day': 'Each day' },
    { required: true, declinable: true, why: 'It changes what we look for. If you want to stop, we can help.' },
  ),
  choice(
    'history.drugs',
    'Do you use drugs, or pills that were not meant for you?',
    { never: 'No, I never did', past: 'I did, but I stopped', now: 'Yes' },
    {
      required: true,
      declinable: true,
      why: 'Some drugs do not go well with medicines. We ask so that your care is safe, not to judge you.',
    },
  ),
  choice(
    'history.living',
    'Who do you live with?',
    {
      alone: 'I live alone',
      family: 'With family or a partner',
      others: 'With other people',
      'care-home': 'In a care home',
      'no-home': 'I have no fixed place to live',
    },
    { required: true, declinable: true },
  ),
  choice(
    'history.needs',
    'Is one of these hard for you now?',
    {
      none: 'None of these',
      food: 'To have enough food',
      housing: 'To have a safe place to live',
      transport: 'To get to the clinic',
      bills: 'To pay for heat, light or medicines',
    },
    {
      required: true,
      repeats: true,
      alone: ['none'],
      declinable: true,
      why: 'We may know someone who can help. It does not change your care.',
    },
  ),
]);
