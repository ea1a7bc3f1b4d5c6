import { everywhere, options, type Texts } from '../translation.ts';

export const reason: Texts = {
  title: 'Por que você vem',
  'reason.emergency':
    'Você acha que sua vida está em perigo? Pare aqui e ligue agora para 911 ou para o número de emergência.',
  'reason.main': 'Com o que você precisa de ajuda?',
  'reason.main.help': 'Use suas próprias palavras. Por exemplo: meu joelho dói há duas semanas.',
  'reason.since': 'Há quanto tempo?',
  ...options(['reason.since'], {
    days: 'Alguns dias ou menos',
    weeks: 'Algumas semanas',
    months: 'Alguns meses',
    years: 'Um ano ou mais',
    'not-applicable': 'Venho para um check-up ou outra coisa',
  }),
  'reason.chest-pain': 'Você está com dor no peito agora e com dificuldade para respirar?',
  ...everywhere(
    ['reason.chest-pain:why', 'reason.stroke:why', 'reason.allergic:why', 'reason.pregnancy-danger:why'],
    'Se a resposta for sim, mostramos na hora onde pedir ajuda e avisamos uma enfermeira ou um médico.',
  ),
  'reason.stroke': 'Algo disso começou de repente: rosto caído, um braço fraco ou dificuldade para falar?',
  'reason.allergic': 'Você está com uma reação alérgica grave agora?',
  'reason.allergic.help': 'Por exemplo: o rosto ou a garganta incha, ou você não consegue respirar bem.',
  'reason.pregnant': 'Você pode estar grávida?',
  'reason.pregnant:why': 'Alguns remédios e exames podem fazer mal ao bebê antes de nascer.',
  ...options(['reason.pregnant'], {
    yes: 'Sim, estou',
    maybe: 'Talvez',
    no: 'Não',
    'not-applicable': 'Esta pergunta não é para mim',
  }),
  'reason.pregnancy-danger': 'Você está com sangramento ou dor muito forte na barriga agora?',
  'reason.safe-at-home': 'Você se sente em segurança em casa?',
  'reason.safe-at-home:why':
    'Perguntamos a todos. Se você não se sente em segurança, mostramos quem pode ajudar. Não contamos às pessoas que moram com você.',
  'reason.safe-at-home=yes': 'Sim',
  'reason.safe-at-home=no': 'Não',
};
