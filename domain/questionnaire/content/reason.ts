import { choice, is, paragraph, questionnaire, say, yesNo } from './build.ts';

const cannotWait = 'If the answer is yes, we show you at once where to get help, and we tell a nurse or a doctor.';

/** Step 6: why somebody comes, and what cannot wait for the visit (the rules are in domain/intake/red-flags.ts). */
export const reason = questionnaire('reason', '1', 'Why you come', [
  say('reason.emergency', 'Do you think your life is in danger? Stop here and call 911 or your emergency number now.'),
  paragraph('reason.main', 'What do you need help with?', {
    required: true,
    help: 'Use your own words. For example: my knee has hurt for two weeks.',
  }),
  choice(
    'reason.since',
    'How long has it been going on?',
    {
      days: 'A few days or less',
      weeks: 'Some weeks',
      months: 'Some months',
      years: 'A year or more',
      'not-applicable': 'I come for a check-up or something else',
    },
    { required: true },
  ),
  yesNo('reason.chest-pain', 'Do you have chest pain now, and is it hard to breathe?', {
    required: true,
    why: cannotWait,
  }),
  yesNo(
    'reason.stroke',
    'Did one of these start all at once: your face hangs down, an arm is weak, or it is hard to speak?',
    {
      required: true,
      why: cannotWait,
    },
  ),
  yesNo('reason.allergic', 'Do you have a bad allergic reaction right now?', {
    required: true,
    help: 'For example: your face or your throat swells up, or you cannot breathe well.',
    why: cannotWait,
  }),
  choice(
    'reason.pregnant',
    'Could you be pregnant?',
    { yes: 'Yes, I am', maybe: 'Maybe', no: 'No', 'not-applicable': 'This is not a question for me' },
    { required: true, declinable: true, why: 'Some medicines and tests can harm a baby before it is born.' },
  ),
  yesNo('reason.pregnancy-danger', 'Do you have bleeding or very bad pain in your belly now?', {
    required: true,
    when: is('reason.pregnant', 'yes', 'maybe'),
    why: cannotWait,
  }),
  choice(
    'reason.safe-at-home',
    'Do you feel safe at home?',
    { yes: 'Yes', no: 'No' },
    {
      required: true,
      declinable: true,
      why: 'We ask everyone. If you do not feel safe, we show you who can help. We do not tell the people you live with.',
    },
  ),
]);
