import type { Texts } from '../translation.ts';

export const review: Texts = {
  title: 'Conferir e enviar',
  'review.about':
    'Por favor, olhe suas respostas mais uma vez. Você pode voltar e mudar qualquer uma. Quando você enviar, nossa equipe vai ler antes da consulta.',
  'review.note': 'Há mais alguma coisa que queira nos dizer?',
  'review.note.help': 'Pode deixar vazio. Por exemplo: por favor, não liguem para o meu trabalho.',
  'review.correct': 'Minhas respostas estão certas, até onde eu sei.',
};
