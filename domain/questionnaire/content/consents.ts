import { choice, group, is, line, questionnaire, yesNo } from './build.ts';

/**
 * Step 11: one agreement for each document of domain/intake/consent-documents/ (`consents.agree.<kind>`), then the signature.
 * A "no" is an answer too: what is missing then is decided where the consents are kept, not here.
 */
export const consents = questionnaire('consents', '1', 'Your agreement', [
  yesNo('consents.agree.treatment', 'Do you agree that we examine and treat you?', {
    required: true,
    help: 'Please read “Agreement to care” first.',
    why: 'We may treat you only if you agree. You can say no to any test or treatment, also later.',
  }),
  yesNo('consents.agree.privacy-practices', 'Did you get our notice about how we use your health data?', {
    required: true,
    help: 'Please read “How we use your health data” first. A yes means that you got it. It does not mean that you like it.',
    why: 'The law says that we must give it to you and ask you to confirm.',
  }),
  yesNo('consents.agree.financial-responsibility', 'Do you agree to pay what your insurance does not pay?', {
    required: true,
    help: 'Please read “What you pay” first.',
    why: 'So that you know about costs before they come. You can ask for the price of a visit at any time.',
  }),
  yesNo('consents.agree.electronic-communication', 'Do you agree to messages and to visits by video?', {
    required: true,
    help: 'Please read “Messages and video visits” first. If you say no, you can still come to the clinic.',
  }),
  choice(
    'consents.relationship',
    'Who signs?',
    {
      self: 'I am the patient',
      parent: 'I am the parent of the patient',
      guardian: 'I am the legal guardian',
      representative: 'I may sign for the patient by law',
    },
    { required: true },
  ),
  line('consents.representative-basis', 'What gives you the right to sign?', {
    required: true,
    when: is('consents.relationship', 'guardian', 'representative'),
    help: 'For example: a paper from a court, or a power of attorney.',
  }),
  group('consents.signature', 'Your signature', [
    line('consents.typed-name', 'Type your full name', {
      required: true,
      help: 'The name of the person who signs. For example: Maria Garcia Lopez.',
    }),
    yesNo('consents.intent', 'I mean the name I typed to be my signature.', { required: true }),
  ]),
]);
