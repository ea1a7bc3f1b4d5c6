import type { Texts } from '../translation.ts';

export const review: Texts = {
  title: 'راجع وأرسل',
  'review.about':
    'انظر إلى إجاباتك مرة أخرى من فضلك. يمكنك الرجوع وتغيير أي منها. عندما ترسلها، يقرؤها فريقنا قبل زيارتك.',
  'review.note': 'هل هناك شيء آخر تريد أن تخبرنا به؟',
  'review.note.help': 'يمكنك تركه فارغًا. مثلًا: من فضلكم لا تتصلوا بي في العمل.',
  'review.correct': 'إجاباتي صحيحة على حد علمي.',
};
