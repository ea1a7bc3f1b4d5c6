import type { ConsentText } from '../consent-document.ts';

export const privacyPractices: ConsentText = {
  title: 'Cómo usamos sus datos de salud',
  summary:
    'Mantenemos seguros sus datos de salud. Los usamos para atenderle, para cobrar su atención y para llevar la clínica. Usted puede verlos y puede pedirnos que los corrijamos.',
  sections: [
    {
      heading: 'Cuándo usamos y compartimos sus datos',
      paragraphs: [
        'Para atenderle: con los médicos, enfermeras, laboratorios y farmacias que participan en su atención.',
        'Para cobrar: con su seguro, para que pague sus visitas.',
        'Para llevar la clínica: por ejemplo, para revisar que nuestra atención sea buena.',
        'Cuando la ley lo exige: por ejemplo, para informar de algunas enfermedades, de maltrato o de un peligro para la vida de alguien.',
        'Para todo lo demás le preguntamos primero, por escrito. No vendemos sus datos.',
      ],
    },
    {
      heading: 'Sus derechos',
      paragraphs: [
        'Puede recibir una copia de su expediente, en papel o como archivo.',
        'Puede pedirnos que corrijamos lo que está mal.',
        'Puede pedirnos que le contactemos de cierta forma, o que no informemos a su seguro de la atención que usted pagó por completo.',
        'Puede pedir una lista de aquellos con quienes compartimos sus datos.',
        'Puede recibir este aviso en papel.',
      ],
    },
    {
      heading: 'Lo que debemos hacer',
      paragraphs: ['Debemos mantener sus datos en privado, cumplir este aviso y avisarle si sus datos se filtran.'],
    },
    {
      heading: 'Si no está conforme',
      paragraphs: [
        'Díganoslo, o escriba al Departamento de Salud y Servicios Humanos de EE. UU., Oficina de Derechos Civiles. Eso nunca cambiará su atención.',
      ],
    },
  ],
};
