import type { ConsentText } from '../consent-document.ts';

export const treatment: ConsentText = {
  title: 'Acuerdo para recibir atención',
  summary:
    'Usted acepta que nuestro equipo le examine y le atienda. Puede preguntar lo que quiera y puede decir no en cualquier momento.',
  sections: [
    {
      heading: 'Lo que usted acepta',
      paragraphs: [
        'Nuestros médicos, enfermeras y demás personal pueden examinarle, hacer pruebas comunes y darle la atención que necesita. Pruebas comunes son, por ejemplo, la presión, un análisis de sangre o de orina.',
      ],
    },
    {
      heading: 'Lo que le preguntamos otra vez',
      paragraphs: [
        'Si hace falta una cirugía u otra atención con más riesgo, primero se la explicamos y le preguntamos de nuevo.',
      ],
    },
    {
      heading: 'Sus derechos',
      paragraphs: [
        'Puede preguntar por qué hace falta una prueba o un tratamiento, qué puede salir mal y qué otras opciones hay. Puede decir no, o parar, en cualquier momento. Entonces hablamos con usted de lo que eso significa para su salud.',
        'Nadie puede prometer que un tratamiento funcione. Le decimos lo que sabemos.',
      ],
    },
    {
      heading: 'En una emergencia',
      paragraphs: ['Si usted no puede hablar y su vida está en peligro, le damos enseguida la atención que necesita.'],
    },
    {
      heading: 'Cuánto tiempo vale',
      paragraphs: [
        'Vale por un año, o hasta que usted lo retire. Para retirarlo, díganoslo. Lo que se hizo antes queda como está.',
      ],
    },
  ],
};
