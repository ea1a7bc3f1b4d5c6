import type { ConsentText } from '../consent-document.ts';

export const financialResponsibility: ConsentText = {
  title: 'O que você paga',
  summary:
    'Primeiro mandamos a conta para o seu seguro. O que ele não paga, você paga. Você pode perguntar o preço antes de uma consulta.',
  sections: [
    {
      heading: 'Com seguro',
      paragraphs: [
        'Você permite que a gente mande a conta, e os dados de que ela precisa, ao seu seguro. Você permite que o seguro pague a nós.',
        'Você paga a sua parte: por exemplo, um copagamento, uma franquia ou um cuidado que o plano não cobre.',
        'Por favor, avise quando o seu seguro mudar.',
      ],
    },
    {
      heading: 'Sem seguro',
      paragraphs: [
        'Antes de uma consulta marcada, você tem direito a um orçamento por escrito. Se a conta passar dele em $400 ou mais, você pode contestar.',
      ],
    },
    {
      heading: 'Se for difícil pagar',
      paragraphs: [
        'Avise o quanto antes. Podemos combinar pagamentos pequenos e dizer quem pode ajudar. Nunca recusamos você numa emergência.',
      ],
    },
    {
      heading: 'Consultas perdidas',
      paragraphs: ['Se a clínica cobrar por uma consulta perdida, dizemos quanto antes de você marcar.'],
    },
  ],
};
