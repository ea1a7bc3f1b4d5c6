import { options, type Texts } from '../translation.ts';

export const consents: Texts = {
  title: 'Su acuerdo',
  'consents.agree.treatment': '¿Está de acuerdo en que le examinemos y le atendamos?',
  'consents.agree.treatment:why':
    'Solo podemos atenderle si está de acuerdo. Puede decir no a cualquier prueba o tratamiento, también más tarde.',
  'consents.agree.treatment.help': 'Por favor, lea primero “Acuerdo para recibir atención”.',
  'consents.agree.privacy-practices': '¿Recibió nuestro aviso sobre cómo usamos sus datos de salud?',
  'consents.agree.privacy-practices:why': 'La ley dice que debemos dárselo y pedirle que lo confirme.',
  'consents.agree.privacy-practices.help':
    'Por favor, lea primero “Cómo usamos sus datos de salud”. Un sí significa que lo recibió. No significa que le guste.',
  'consents.agree.financial-responsibility': '¿Está de acuerdo en pagar lo que su seguro no pague?',
  'consents.agree.financial-responsibility:why':
    'Para que conozca los costos antes de que lleguen. Puede preguntar el precio de una visita cuando quiera.',
  'consents.agree.financial-responsibility.help': 'Por favor, lea primero “Lo que usted paga”.',
  'consents.agree.electronic-communication': '¿Está de acuerdo con los mensajes y las visitas por video?',
  'consents.agree.electronic-communication.help':
    'Por favor, lea primero “Mensajes y visitas por video”. Si dice que no, puede venir igual a la clínica.',
  'consents.relationship': '¿Quién firma?',
  ...options(['consents.relationship'], {
    self: 'Soy el paciente o la paciente',
    parent: 'Soy el padre o la madre del paciente',
    guardian: 'Soy el tutor o la tutora legal',
    representative: 'Puedo firmar por el paciente según la ley',
  }),
  'consents.representative-basis': '¿Qué le da el derecho de firmar?',
  'consents.representative-basis.help': 'Por ejemplo: un papel de un juzgado o un poder notarial.',
  'consents.signature': 'Su firma',
  'consents.typed-name': 'Escriba su nombre completo',
  'consents.typed-name.help': 'El nombre de la persona que firma. Por ejemplo: María García López.',
  'consents.intent': 'Quiero que el nombre que escribí sea mi firma.',
};
