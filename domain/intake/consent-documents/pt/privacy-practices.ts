import type { ConsentText } from '../consent-document.ts';

export const privacyPractices: ConsentText = {
  title: 'Como usamos seus dados de saúde',
  summary:
    'Mantemos seus dados de saúde em segurança. Usamos os dados para cuidar de você, para receber pelo atendimento e para administrar a clínica. Você pode ver os dados e pedir que sejam corrigidos.',
  sections: [
    {
      heading: 'Quando usamos e compartilhamos seus dados',
      paragraphs: [
        'Para cuidar de você: com os médicos, enfermeiras, laboratórios e farmácias que participam do seu cuidado.',
        'Para receber: com o seu seguro, para que pague as consultas.',
        'Para administrar a clínica: por exemplo, para verificar se o nosso cuidado é bom.',
        'Quando a lei exige: por exemplo, para informar algumas doenças, maus-tratos ou perigo para a vida de alguém.',
        'Para todo o resto perguntamos antes, por escrito. Não vendemos seus dados.',
      ],
    },
    {
      heading: 'Seus direitos',
      paragraphs: [
        'Você pode receber uma cópia do seu prontuário, em papel ou em arquivo.',
        'Você pode pedir que a gente corrija o que está errado.',
        'Você pode pedir que a gente fale com você de certa forma, ou que não informe ao seguro o atendimento que você pagou por completo.',
        'Você pode pedir uma lista de com quem compartilhamos seus dados.',
        'Você pode receber este aviso em papel.',
      ],
    },
    {
      heading: 'O que devemos fazer',
      paragraphs: ['Devemos manter seus dados em segredo, cumprir este aviso e avisar você se seus dados vazarem.'],
    },
    {
      heading: 'Se você não estiver satisfeito',
      paragraphs: [
        'Fale com a gente, ou escreva ao Departamento de Saúde e Serviços Humanos dos EUA, Escritório de Direitos Civis. Isso nunca vai mudar o seu atendimento.',
      ],
    },
  ],
};
