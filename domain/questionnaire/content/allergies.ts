import { choice, group, is, line, questionnaire, stillSo } from './build.ts';

/** Step 7. "None" is an answer of its own: an empty list says nothing. */
export const allergies = questionnaire('allergies', '1', 'Your allergies', [
  choice(
    'allergies.any',
    'Do you have any allergies?',
    { none: 'No, none that I know of', some: 'Yes', unknown: 'I am not sure' },
    {
      required: true,
      help: 'To medicines, to food, or to other things like bee stings or latex.',
      why: 'So that we never give you something that could harm you.',
    },
  ),
  group(
    'allergies.list',
    'What are you allergic to?',
    [
      line('allergies.substance', 'Medicine, food or other thing', {
        required: true,
        help: 'For example: penicillin, peanuts or bee stings.',
      }),
      line('allergies.reaction', 'What happens?', { help: 'For example: a rash, or my throat swells up.' }),
      choice(
        'allergies.severity',
        'How bad is it?',
        {
          mild: 'Mild: it goes away by itself',
          moderate: 'Medium: I need medicine for it',
          severe: 'Bad: I had to go to a hospital, or I could not breathe',
          unknown: 'I do not know',
        },
        { required: true },
      ),
      ...stillSo('allergies'),
    ],
    { repeats: true, required: true, when: is('allergies.any', 'some') },
  ),
]);
