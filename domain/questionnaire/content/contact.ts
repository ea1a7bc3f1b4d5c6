import { choice, group, line, questionnaire, yes, yesNo } from './build.ts';
import type { QuestionnaireItem } from '../questionnaire.ts';

const address = (linkId: string): QuestionnaireItem[] => [
  line(`${linkId}.line1`, 'Street and number', { required: true, help: 'For example: 12 Oak Street.' }),
  line(`${linkId}.line2`, 'Apartment, unit or floor', { maxLength: 100 }),
  line(`${linkId}.city`, 'City or town', { required: true, maxLength: 100 }),
  line(`${linkId}.state`, 'State', { required: true, maxLength: 50, help: 'For example: NY.' }),
  line(`${linkId}.postcode`, 'ZIP code', { required: true, maxLength: 20, help: 'For example: 10001.' }),
];

const phonePattern = String.raw`^\+?[0-9(][0-9 ().\-]{5,24}$`;

/** Who to call for somebody, and who somebody brings along. */
export const relationships = {
  spouse: 'Husband, wife or partner',
  parent: 'Parent',
  child: 'Son or daughter',
  sibling: 'Brother or sister',
  relative: 'Someone else in the family',
  friend: 'Friend or neighbor',
  other: 'Someone else',
} as const;

/** Step 3: how to reach this person, and on which ways they let us. */
export const contact = questionnaire('contact', '1', 'How we reach you', [
  yesNo('contact.has-phone', 'Do you have a phone where we can call you?', { required: true }),
  line('contact.phone', 'What is your phone number?', {
    required: true,
    maxLength: 30,
    pattern: phonePattern,
    format: '212 555 0123',
    when: yes('contact.has-phone'),
    help: 'For example: 212 555 0123.',
    why: 'We call if your visit has to change, or if a result cannot wait.',
  }),
  line('contact.email', 'What is your email address?', {
    maxLength: 254,
    pattern: String.raw`^[^\s@]+@[^\s@]+\.[^\s@]+$`,
    format: 'maria@example.com',
    help: 'Leave this empty if you have none. For example: maria@example.com.',
  }),
  yesNo('contact.has-address', 'Do you have an address where you live now?', {
    required: true,
    why: 'If you have no fixed place to live, that is fine. You get the same care.',
  }),
  group('contact.address', 'Where do you live?', address('contact.address'), {
    onePage: true,
    when: yes('contact.has-address'),
  }),
  yesNo('contact.has-moved', 'Did you move in the last year?', {
    why: 'Older records may still have your last address. It helps us find them.',
  }),
  group('contact.previous', 'Where did you live before?', address('contact.previous'), {
    onePage: true,
    when: yes('contact.has-moved'),
  }),
  choice(
    'contact.preferred',
    'How do you like to hear from us?',
    { sms: 'Text message', phone: 'Phone call', email: 'Email', mail: 'Letter' },
    { required: true },
  ),
  group(
    'contact.consent',
    'May we send you news about your visits?',
    [
      yesNo('contact.consent.sms', 'By text message', { required: true }),
      yesNo('contact.consent.email', 'By email', { required: true }),
      yesNo('contact.consent.voice', 'By a call, with a message if you do not pick up', { required: true }),
    ],
    {
      why: 'A message shows only the time, the place and a link. It never tells why you come. You can change this at any time.',
    },
  ),
  yesNo('contact.has-emergency', 'Is there someone we can call for you in an emergency?', { required: true }),
  group(
    'contact.emergency',
    'Who should we call in an emergency?',
    [
      line('contact.emergency.name', 'Name', { required: true, maxLength: 100 }),
      choice('contact.emergency.relationship', 'Who is this person to you?', relationships, { required: true }),
      line('contact.emergency.phone', 'Phone number', {
        required: true,
        maxLength: 30,
        pattern: phonePattern,
        format: '212 555 0123',
      }),
    ],
    { repeats: true, required: true, when: yes('contact.has-emergency') },
  ),
]);
