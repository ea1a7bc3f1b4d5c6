import { choice, group, is, line, questionnaire, stillSo } from './build.ts';

/** Step 8. Like the allergies: "none" is said, never read out of an empty list. */
export const medications = questionnaire('medications', '1', 'Your medicines', [
  choice(
    'medications.any',
    'Do you take any medicines?',
    { none: 'No, none', some: 'Yes', unknown: 'I am not sure' },
    {
      required: true,
      help: 'Count pills, drops, creams, shots, birth control, vitamins and herbs too.',
      why: 'Some medicines do not go well together. We check that before we give you a new one.',
    },
  ),
  group(
    'medications.list',
    'Which medicines do you take?',
    [
      line('medications.name', 'Name of the medicine', {
        required: true,
        help: 'It is on the box or the bottle. For example: metformin.',
      }),
      line('medications.dose', 'How much each time?', { maxLength: 100, help: 'For example: 500 mg, or one pill.' }),
      line('medications.frequency', 'How often?', { maxLength: 100, help: 'For example: each morning.' }),
      line('medications.reason', 'What is it for?', { help: 'For example: for my blood sugar.' }),
      ...stillSo('medications'),
    ],
    { repeats: true, required: true, when: is('medications.any', 'some') },
  ),
]);
