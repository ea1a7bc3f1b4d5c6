import { options, type Texts } from '../translation.ts';

export const allergies: Texts = {
  title: 'Sus alergias',
  'allergies.any': '¿Tiene alguna alergia?',
  'allergies.any:why': 'Para no darle nunca algo que pueda hacerle daño.',
  'allergies.any=none': 'No, ninguna que yo sepa',
  'allergies.any=some': 'Sí',
  'allergies.any=unknown': 'No estoy seguro o segura',
  'allergies.any.help': 'A medicinas, a comidas o a otras cosas, como picaduras de abeja o látex.',
  'allergies.list': '¿A qué es alérgico o alérgica?',
  'allergies.substance': 'Medicina, comida u otra cosa',
  'allergies.substance.help': 'Por ejemplo: penicilina, cacahuates o picaduras de abeja.',
  'allergies.reaction': '¿Qué le pasa?',
  'allergies.reaction.help': 'Por ejemplo: me sale un sarpullido o se me hincha la garganta.',
  'allergies.severity': '¿Qué tan grave es?',
  ...options(['allergies.severity'], {
    mild: 'Leve: se pasa sola',
    moderate: 'Media: necesito medicina',
    severe: 'Grave: tuve que ir al hospital o no podía respirar',
    unknown: 'No lo sé',
  }),
  'allergies.confirm': '¿Sigue siendo correcto?',
  ...options(['allergies.confirm'], {
    confirmed: 'Sí',
    changed: 'Lo cambié aquí',
    removed: 'No, quítelo de la lista',
  }),
};
