import { paragraph, questionnaire, say, yesNo } from './build.ts';

/** Step 12: a last look, then it goes to the clinic. */
export const review = questionnaire('review', '1', 'Check and send', [
  say(
    'review.about',
    'Please look at your answers once more. You can go back and change any of them. When you send them, our team reads them before your visit.',
  ),
  paragraph('review.note', 'Is there anything else you want to tell us?', {
    help: 'You can leave this empty. For example: please do not call me at work.',
  }),
  yesNo('review.correct', 'My answers are right, as far as I know.', { required: true }),
]);
