import type { ConsentText } from '../consent-document.ts';

export const financialResponsibility: ConsentText = {
  title: 'Lo que usted paga',
  summary:
    'Primero enviamos la cuenta a su seguro. Lo que el seguro no paga, lo paga usted. Puede preguntar el precio antes de una visita.',
  sections: [
    {
      heading: 'Con seguro',
      paragraphs: [
        'Usted nos permite enviar la cuenta a su seguro, con los datos que hacen falta. Permite que el seguro nos pague a nosotros.',
        'Usted paga su parte: por ejemplo, un copago, un deducible o atención que su plan no cubre.',
        'Por favor, díganos cuando cambie su seguro.',
      ],
    },
    {
      heading: 'Sin seguro',
      paragraphs: [
        'Antes de una visita planeada, tiene derecho a un cálculo por escrito de lo que cuesta. Si la cuenta lo supera en $400 o más, puede reclamar.',
      ],
    },
    {
      heading: 'Si le cuesta pagar',
      paragraphs: [
        'Díganoslo lo antes posible. Podemos acordar pagos pequeños y decirle quién puede ayudar. Nunca le rechazamos en una emergencia.',
      ],
    },
    {
      heading: 'Visitas perdidas',
      paragraphs: ['Si la clínica cobra por una visita perdida, le decimos cuánto antes de que reserve.'],
    },
  ],
};
