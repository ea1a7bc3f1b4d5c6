import { options, type Texts } from '../translation.ts';

export const medications: Texts = {
  title: 'Sus medicinas',
  'medications.any': '¿Toma alguna medicina?',
  'medications.any:why': 'Algunas medicinas no van bien juntas. Lo revisamos antes de darle una nueva.',
  'medications.any=none': 'No, ninguna',
  'medications.any=some': 'Sí',
  'medications.any=unknown': 'No estoy seguro o segura',
  'medications.any.help': 'Cuente también gotas, cremas, inyecciones, anticonceptivos, vitaminas y hierbas.',
  'medications.list': '¿Qué medicinas toma?',
  'medications.name': 'Nombre de la medicina',
  'medications.name.help': 'Está en la caja o en el frasco. Por ejemplo: metformina.',
  'medications.dose': '¿Cuánto cada vez?',
  'medications.dose.help': 'Por ejemplo: 500 mg o una pastilla.',
  'medications.frequency': '¿Cada cuánto?',
  'medications.frequency.help': 'Por ejemplo: cada mañana.',
  'medications.reason': '¿Para qué es?',
  'medications.reason.help': 'Por ejemplo: para el azúcar en la sangre.',
  'medications.confirm': '¿Sigue siendo correcto?',
  ...options(['medications.confirm'], {
    confirmed: 'Sí',
    changed: 'Lo cambié aquí',
    removed: 'No, quítela de la lista',
  }),
};
