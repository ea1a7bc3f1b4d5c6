import type { ConsentText } from '../consent-document.ts';

export const electronicCommunication: ConsentText = {
  title: 'Mensagens e consultas por vídeo',
  summary:
    'Você concorda que a gente mande mensagens e atenda você por vídeo. A escolha é sua: se disser não, o cuidado na clínica é o mesmo.',
  sections: [
    {
      heading: 'Mensagens',
      paragraphs: [
        'Mandamos a hora e o lugar da consulta e um link, por e-mail ou mensagem de texto. Nunca escrevemos por que você vem.',
        'E-mail e mensagens não são totalmente privados. Quem pode abrir seu telefone ou seu e-mail pode ler.',
        'Não escreva para nós sobre uma emergência. Ligue para 911 ou para o número de emergência.',
      ],
    },
    {
      heading: 'Consultas por vídeo',
      paragraphs: [
        'Uma consulta por vídeo não é igual a uma consulta na clínica: não podemos tocar em você nem fazer alguns exames. Se for preciso, pedimos que você venha.',
        'Por favor, fique num lugar onde ninguém mais escute. Diga onde você está, para mandarmos ajuda se for preciso.',
        'Não gravamos a consulta se você não concordar antes.',
      ],
    },
    {
      heading: 'Como parar',
      paragraphs: [
        'Você pode parar as mensagens ou as consultas por vídeo a qualquer momento. Avise a gente, ou mude na sua página.',
      ],
    },
  ],
};
