import type { ConsentText } from '../consent-document.ts';

export const treatment: ConsentText = {
  title: 'Agreement to care',
  summary:
    'You agree that our team examines and treats you. You can ask about anything, and you can say no at any time.',
  sections: [
    {
      heading: 'What you agree to',
      paragraphs: [
        'Our doctors, nurses and other staff may examine you, do common tests, and give you care that fits your needs. Common tests are, for example, blood pressure, a blood test or a urine test.',
      ],
    },
    {
      heading: 'What we ask you again',
      paragraphs: ['For surgery, and for other care with more risk, we explain it first and ask you again.'],
    },
    {
      heading: 'Your rights',
      paragraphs: [
        'You can ask why a test or treatment is needed, what can go wrong, and what else there is. You can say no, or stop, at any time. We then talk with you about what that means for your health.',
        'Nobody can promise that a treatment works. We tell you what we know.',
      ],
    },
    {
      heading: 'In an emergency',
      paragraphs: ['If you cannot speak for yourself and your life is in danger, we give the care you need at once.'],
    },
    {
      heading: 'How long this holds',
      paragraphs: [
        'This holds for one year, or until you take it back. To take it back, tell us. What was done before then stays as it is.',
      ],
    },
  ],
};
