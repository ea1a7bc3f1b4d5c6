import type { ConsentText } from '../consent-document.ts';

export const financialResponsibility: ConsentText = {
  title: 'What you pay',
  summary:
    'We send the bill to your insurance first. What it does not pay, you pay. You can ask for the price before a visit.',
  sections: [
    {
      heading: 'With insurance',
      paragraphs: [
        'You let us send your bill, and the facts it needs, to your insurance. You let it pay us.',
        'You pay your own share: for example, a copay, a deductible, or care that your plan does not cover.',
        'Please tell us when your insurance changes.',
      ],
    },
    {
      heading: 'Without insurance',
      paragraphs: [
        'Before a visit that you plan, you have a right to a written estimate of what it costs. If the bill is $400 or more above it, you can dispute the bill.',
      ],
    },
    {
      heading: 'If it is hard to pay',
      paragraphs: [
        'Tell us as soon as you can. We can agree on small steps, and tell you who may help. We never turn you away in an emergency.',
      ],
    },
    {
      heading: 'Missed visits',
      paragraphs: ['If the clinic asks a fee for a missed visit, we tell you how much before you book.'],
    },
  ],
};
