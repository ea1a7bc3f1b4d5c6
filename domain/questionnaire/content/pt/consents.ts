import { options, type Texts } from '../translation.ts';

export const consents: Texts = {
  title: 'Seu acordo',
  'consents.agree.treatment': 'Você concorda que a gente examine e trate você?',
  'consents.agree.treatment:why':
    'Só podemos tratar você se concordar. Você pode dizer não a qualquer exame ou tratamento, também depois.',
  'consents.agree.treatment.help': 'Por favor, leia primeiro “Acordo para receber cuidados”.',
  'consents.agree.privacy-practices': 'Você recebeu nosso aviso sobre como usamos seus dados de saúde?',
  'consents.agree.privacy-practices:why': 'A lei diz que devemos entregar o aviso e pedir que você confirme.',
  'consents.agree.privacy-practices.help':
    'Por favor, leia primeiro “Como usamos seus dados de saúde”. Um sim quer dizer que você recebeu. Não quer dizer que gosta dele.',
  'consents.agree.financial-responsibility': 'Você concorda em pagar o que o seguro não pagar?',
  'consents.agree.financial-responsibility:why':
    'Para você conhecer os custos antes de chegarem. Você pode perguntar o preço de uma consulta quando quiser.',
  'consents.agree.financial-responsibility.help': 'Por favor, leia primeiro “O que você paga”.',
  'consents.agree.electronic-communication': 'Você concorda com mensagens e consultas por vídeo?',
  'consents.agree.electronic-communication.help':
    'Por favor, leia primeiro “Mensagens e consultas por vídeo”. Se disser não, você ainda pode vir à clínica.',
  'consents.relationship': 'Quem assina?',
  ...options(['consents.relationship'], {
    self: 'Sou o(a) paciente',
    parent: 'Sou pai ou mãe do(a) paciente',
    guardian: 'Sou o tutor ou a tutora legal',
    representative: 'Posso assinar pelo(a) paciente por lei',
  }),
  'consents.representative-basis': 'O que dá a você o direito de assinar?',
  'consents.representative-basis.help': 'Por exemplo: um documento de um juiz ou uma procuração.',
  'consents.signature': 'Sua assinatura',
  'consents.typed-name': 'Digite seu nome completo',
  'consents.typed-name.help': 'O nome da pessoa que assina. Por exemplo: Maria Silva Santos.',
  'consents.intent': 'Quero que o nome que digitei seja minha assinatura.',
};
