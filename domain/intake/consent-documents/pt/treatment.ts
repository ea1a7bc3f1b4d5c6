import type { ConsentText } from '../consent-document.ts';

export const treatment: ConsentText = {
  title: 'Acordo para receber cuidados',
  summary:
    'Você concorda que nossa equipe examine e trate você. Você pode perguntar o que quiser e pode dizer não a qualquer momento.',
  sections: [
    {
      heading: 'Com o que você concorda',
      paragraphs: [
        'Nossos médicos, enfermeiras e outros profissionais podem examinar você, fazer exames comuns e dar o cuidado de que você precisa. Exames comuns são, por exemplo, medir a pressão, exame de sangue ou de urina.',
      ],
    },
    {
      heading: 'O que perguntamos de novo',
      paragraphs: [
        'Se for preciso uma cirurgia ou outro cuidado com mais risco, explicamos antes e perguntamos de novo.',
      ],
    },
    {
      heading: 'Seus direitos',
      paragraphs: [
        'Você pode perguntar por que um exame ou tratamento é preciso, o que pode dar errado e que outras opções existem. Você pode dizer não, ou parar, a qualquer momento. Então conversamos com você sobre o que isso significa para a sua saúde.',
        'Ninguém pode prometer que um tratamento funciona. Dizemos o que sabemos.',
      ],
    },
    {
      heading: 'Numa emergência',
      paragraphs: [
        'Se você não puder falar e sua vida estiver em perigo, damos na hora o cuidado de que você precisa.',
      ],
    },
    {
      heading: 'Por quanto tempo vale',
      paragraphs: [
        'Vale por um ano, ou até você retirar. Para retirar, avise a gente. O que foi feito antes fica como está.',
      ],
    },
  ],
};
