import { choice, is, line, questionnaire, yes, yesNo } from './build.ts';

/** Step 1: how to speak with this person, before anything else is asked. */
export const language = questionnaire('language', '1', 'Your language and what helps you', [
  choice(
    'language.preferred',
    'Which language should we use with you?',
    // Each in its own name, so that whoever reads only that language finds it.
    {
      en: 'English',
      es: 'Español',
      'zh-Hans': '中文（简体）',
      vi: 'Tiếng Việt',
      pt: 'Português',
      ar: 'العربية',
      other: 'Another language',
    },
    { required: true, why: 'We write and speak to you in this language when we can.' },
  ),
  line('language.other', 'Which language is it?', {
    required: true,
    maxLength: 60,
    when: is('language.preferred', 'other'),
    help: 'For example: Korean, Haitian Creole or Somali.',
  }),
  yesNo('language.interpreter', 'Do you need an interpreter at your visit?', {
    required: true,
    why: 'We plan more time for your visit and ask an interpreter to join. It costs you nothing.',
  }),
  choice(
    'language.interpreter-kind',
    'What kind of interpreter do you need?',
    { spoken: 'Someone who speaks my language', sign: 'Someone who signs (sign language)' },
    { required: true, when: yes('language.interpreter') },
  ),
  choice(
    'language.access',
    'What would make your visit easier?',
    {
      none: 'I do not need anything',
      'step-free': 'A way in with no steps, or space for a wheelchair',
      seeing: 'Large print, or help because I do not see well',
      hearing: 'Help because I do not hear well',
      reading: 'Help to read or fill in forms',
      quiet: 'A quiet place to wait',
      other: 'Something else',
    },
    { repeats: true, required: true, alone: ['none'], help: 'You can choose more than one.' },
  ),
  line('language.access-other', 'What else would help you?', { when: is('language.access', 'other') }),
]);
