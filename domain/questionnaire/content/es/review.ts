import type { Texts } from '../translation.ts';

export const review: Texts = {
  title: 'Revisar y enviar',
  'review.about':
    'Por favor, mire sus respuestas una vez más. Puede volver y cambiar cualquiera. Cuando las envíe, nuestro equipo las leerá antes de su visita.',
  'review.note': '¿Hay algo más que quiera decirnos?',
  'review.note.help': 'Puede dejarlo vacío. Por ejemplo: por favor, no me llamen al trabajo.',
  'review.correct': 'Mis respuestas son correctas, hasta donde yo sé.',
};
