import type { EnableWhen } from '../questionnaire.ts';
import { choice, group, is, onlyIf, questionnaire, together } from './build.ts';

/**
 * Step 10: PHQ-9, GAD-7 and AUDIT-C in the words of the instruments, which may not be changed (PHQ-9 and GAD-7: Spitzer,
 * Kroenke, Williams and others, free to use; AUDIT-C: WHO's AUDIT, questions 1 to 3, in the US form).
 */
const howOften = { 0: 'Not at all', 1: 'Several days', 2: 'More than half the days', 3: 'Nearly every day' } as const;

const phq = (number: number, text: string) => choice(`phq.${number}`, text, howOften);
const gad = (number: number, text: string) => choice(`gad.${number}`, text, howOften);

/**
 * Items 3 to 9 are asked when items 1 and 2 sum to 3 or more. FHIR joins conditions by "any" or "all" only, so that the
 * sum is written as three groups inside each other, each of "any": (1 >= 1 or 2 >= 3), (1 >= 2 or 2 >= 2) and
 * (1 >= 3 or 2 >= 1). All three hold exactly when the sum is 3 or more, and also when one of the two is unanswered.
 */
const gates: readonly (readonly EnableWhen[])[] = [
  [...is('phq.1', '1', '2', '3'), ...is('phq.2', '3')],
  [...is('phq.1', '2', '3'), ...is('phq.2', '2', '3')],
  [...is('phq.1', '3'), ...is('phq.2', '1', '2', '3')],
];

const theTwoWeeks = 'Over the last 2 weeks, how often have you been bothered by any of the following problems?';

const phqRest = [
  phq(3, 'Trouble falling or staying asleep, or sleeping too much'),
  phq(4, 'Feeling tired or having little energy'),
  phq(5, 'Poor appetite or overeating'),
  phq(6, 'Feeling bad about yourself — or that you are a failure or have let yourself or your family down'),
  phq(7, 'Trouble concentrating on things, such as reading the newspaper or watching television'),
  phq(
    8,
    'Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or restless that you have been moving around a lot more than usual',
  ),
  phq(9, 'Thoughts that you would be better off dead or of hurting yourself in some way'),
];

const difficulty = choice(
  'phq.difficulty',
  'How difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?',
  { 0: 'Not difficult at all', 1: 'Somewhat difficult', 2: 'Very difficult', 3: 'Extremely difficult' },
  { when: [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((number) => is(`phq.${number}`, '1', '2', '3')) },
);

const drinks = ['1', '2', '3', '4'];

export const screens = questionnaire('screens', '1', 'How you have been', [
  // The group is what which-screens.ts leaves out as a whole; its heading belongs to the nine items only.
  together('phq', [
    group(
      'phq.items',
      theTwoWeeks,
      [
        phq(1, 'Little interest or pleasure in doing things'),
        phq(2, 'Feeling down, depressed, or hopeless'),
        onlyIf('phq.rest.1', gates[0]!, [onlyIf('phq.rest.2', gates[1]!, [onlyIf('phq.rest.3', gates[2]!, phqRest)])]),
      ],
      {
        why: 'How you feel is part of your health. You can leave out a question. A nurse or a doctor sees your answers.',
      },
    ),
    difficulty,
  ]),
  group(
    'gad',
    theTwoWeeks,
    [
      gad(1, 'Feeling nervous, anxious, or on edge'),
      gad(2, 'Not being able to stop or control worrying'),
      gad(3, 'Worrying too much about different things'),
      gad(4, 'Trouble relaxing'),
      gad(5, 'Being so restless that it is hard to sit still'),
      gad(6, 'Becoming easily annoyed or irritable'),
      gad(7, 'Feeling afraid, as if something awful might happen'),
    ],
    { why: 'Worry can make you ill too. You can leave out a question.' },
  ),
  group(
    'audit',
    'Questions about alcohol, for the last year',
    [
      choice('audit.1', 'How often do you have a drink containing alcohol?', {
        0: 'Never',
        1: 'Monthly or less',
        2: '2 to 4 times a month',
        3: '2 to 3 times a week',
        4: '4 or more times a week',
      }),
      choice(
        'audit.2',
        'How many drinks containing alcohol do you have on a typical day when you are drinking?',
        { 0: '1 or 2', 1: '3 or 4', 2: '5 or 6', 3: '7 to 9', 4: '10 or more' },
        {
          when: is('audit.1', ...drinks),
          help: 'One drink is a can of beer (12 oz), a glass of wine (5 oz) or one shot.',
        },
      ),
      choice(
        'audit.3',
        'How often do you have six or more drinks on one occasion?',
        { 0: 'Never', 1: 'Less than monthly', 2: 'Monthly', 3: 'Weekly', 4: 'Daily or almost daily' },
        { when: is('audit.1', ...drinks) },
      ),
    ],
    { why: 'Alcohol can change how medicines work. We ask everyone.' },
  ),
]);
