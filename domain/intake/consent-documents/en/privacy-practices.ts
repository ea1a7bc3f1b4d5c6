import type { ConsentText } from '../consent-document.ts';

export const privacyPractices: ConsentText = {
  title: 'How we use your health data',
  summary:
    'We keep your health data safe. We use it to care for you, to get paid for your care, and to run the clinic. You may see it, and you may ask us to fix it.',
  sections: [
    {
      heading: 'When we use and share your data',
      paragraphs: [
        'To care for you: with the doctors, nurses, labs and drug stores who take part in your care.',
        'To get paid: with your insurance, so that it pays for your visits.',
        'To run the clinic: for example, to check that our care is good.',
        'When the law says so: for example, to report some diseases, abuse, or a danger to someone’s life.',
        'For anything else we ask you first, in writing. We do not sell your data.',
      ],
    },
    {
      heading: 'Your rights',
      paragraphs: [
        'You may get a copy of your record, on paper or as a file.',
        'You may ask us to fix what is wrong.',
        'You may ask us to reach you in a certain way, or not to tell your insurance about care that you paid for in full.',
        'You may ask for a list of those we shared your data with.',
        'You may get this notice on paper.',
      ],
    },
    {
      heading: 'What we must do',
      paragraphs: ['We must keep your data private, follow this notice, and tell you if your data got out.'],
    },
    {
      heading: 'If you are not happy',
      paragraphs: [
        'Tell us, or write to the U.S. Department of Health and Human Services, Office for Civil Rights. It will never change your care.',
      ],
    },
  ],
};
