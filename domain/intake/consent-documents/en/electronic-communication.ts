import type { ConsentText } from '../consent-document.ts';

export const electronicCommunication: ConsentText = {
  title: 'Messages and video visits',
  summary:
    'You agree that we may send you messages and see you by video. This is your choice: if you say no, you get the same care at the clinic.',
  sections: [
    {
      heading: 'Messages',
      paragraphs: [
        'We send the time and the place of your visit and a link, by email or text. We never write why you come.',
        'Email and texts are not fully private. Someone who can open your phone or your mail may read them.',
        'Do not write to us about an emergency. Call 911, or your emergency number.',
      ],
    },
    {
      heading: 'Video visits',
      paragraphs: [
        'A video visit is not the same as a visit at the clinic: we cannot touch you or do some tests. If we need to, we ask you to come in.',
        'Please be in a place where nobody else listens. Tell us where you are, so that we can send help if you need it.',
        'We do not record the visit unless you agree first.',
      ],
    },
    {
      heading: 'How to stop',
      paragraphs: ['You can stop messages or video visits at any time. Tell us, or change it on your page.'],
    },
  ],
};
