import type { ConsentText } from '../consent-document.ts';

export const electronicCommunication: ConsentText = {
  title: 'Mensajes y visitas por video',
  summary:
    'Usted acepta que le enviemos mensajes y le atendamos por video. Usted decide: si dice que no, recibe la misma atención en la clínica.',
  sections: [
    {
      heading: 'Mensajes',
      paragraphs: [
        'Enviamos la hora y el lugar de su visita y un enlace, por correo electrónico o mensaje de texto. Nunca escribimos por qué viene.',
        'El correo y los mensajes no son del todo privados. Quien pueda abrir su teléfono o su correo puede leerlos.',
        'No nos escriba por una emergencia. Llame al 911 o a su número de emergencias.',
      ],
    },
    {
      heading: 'Visitas por video',
      paragraphs: [
        'Una visita por video no es igual que una visita en la clínica: no podemos tocarle ni hacer algunas pruebas. Si hace falta, le pedimos que venga.',
        'Por favor, esté en un lugar donde nadie más escuche. Díganos dónde está, para que podamos enviar ayuda si la necesita.',
        'No grabamos la visita si usted no lo acepta antes.',
      ],
    },
    {
      heading: 'Cómo dejarlo',
      paragraphs: [
        'Puede dejar los mensajes o las visitas por video en cualquier momento. Díganoslo, o cámbielo en su página.',
      ],
    },
  ],
};
