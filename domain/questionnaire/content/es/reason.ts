import { everywhere, options, type Texts } from '../translation.ts';

export const reason: Texts = {
  title: 'Por qué viene',
  'reason.emergency':
    '¿Cree que su vida está en peligro? Deténgase aquí y llame ahora al 911 o a su número de emergencias.',
  'reason.main': '¿Con qué necesita ayuda?',
  'reason.main.help': 'Use sus propias palabras. Por ejemplo: me duele la rodilla desde hace dos semanas.',
  'reason.since': '¿Desde hace cuánto tiempo?',
  ...options(['reason.since'], {
    days: 'Unos días o menos',
    weeks: 'Algunas semanas',
    months: 'Algunos meses',
    years: 'Un año o más',
    'not-applicable': 'Vengo a un chequeo o por otra cosa',
  }),
  'reason.chest-pain': '¿Tiene dolor de pecho ahora y le cuesta respirar?',
  ...everywhere(
    ['reason.chest-pain:why', 'reason.stroke:why', 'reason.allergic:why', 'reason.pregnancy-danger:why'],
    'Si la respuesta es sí, le mostramos enseguida dónde pedir ayuda y avisamos a una enfermera o a un médico.',
  ),
  'reason.stroke': '¿Le empezó de repente algo de esto: la cara caída, un brazo débil o dificultad para hablar?',
  'reason.allergic': '¿Tiene una reacción alérgica grave en este momento?',
  'reason.allergic.help': 'Por ejemplo: se le hincha la cara o la garganta, o no puede respirar bien.',
  'reason.pregnant': '¿Podría estar embarazada?',
  'reason.pregnant:why': 'Algunas medicinas y pruebas pueden dañar al bebé antes de nacer.',
  ...options(['reason.pregnant'], {
    yes: 'Sí, lo estoy',
    maybe: 'Tal vez',
    no: 'No',
    'not-applicable': 'Esta pregunta no es para mí',
  }),
  'reason.pregnancy-danger': '¿Tiene ahora sangrado o un dolor muy fuerte en el vientre?',
  'reason.safe-at-home': '¿Se siente a salvo en su casa?',
  'reason.safe-at-home:why':
    'Se lo preguntamos a todos. Si no se siente a salvo, le mostramos quién puede ayudar. No se lo decimos a las personas con quienes vive.',
  'reason.safe-at-home=yes': 'Sí',
  'reason.safe-at-home=no': 'No',
};
