import { options, type Texts } from '../translation.ts';

export const allergies: Texts = {
  title: 'Suas alergias',
  'allergies.any': 'Você tem alguma alergia?',
  'allergies.any:why': 'Para nunca darmos algo que possa fazer mal a você.',
  'allergies.any=none': 'Não, nenhuma que eu saiba',
  'allergies.any=some': 'Sim',
  'allergies.any=unknown': 'Não tenho certeza',
  'allergies.any.help': 'A remédios, a comidas ou a outras coisas, como picada de abelha ou látex.',
  'allergies.list': 'A que você tem alergia?',
  'allergies.substance': 'Remédio, comida ou outra coisa',
  'allergies.substance.help': 'Por exemplo: penicilina, amendoim ou picada de abelha.',
  'allergies.reaction': 'O que acontece?',
  'allergies.reaction.help': 'Por exemplo: manchas na pele, ou minha garganta incha.',
  'allergies.severity': 'É muito grave?',
  ...options(['allergies.severity'], {
    mild: 'Leve: passa sozinha',
    moderate: 'Média: preciso de remédio',
    severe: 'Grave: tive que ir ao hospital ou não conseguia respirar',
    unknown: 'Não sei',
  }),
  'allergies.confirm': 'Isto ainda está certo?',
  ...options(['allergies.confirm'], {
    confirmed: 'Sim',
    changed: 'Mudei aqui',
    removed: 'Não, tire da lista',
  }),
};
