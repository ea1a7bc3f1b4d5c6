import type { MessageCatalog } from './en.ts';

/** Portuguese, written for readers from Brazil first; você throughout. Shapes and limits: locales/en.ts. */
export const pt: MessageCatalog = {
  formats: 'pt-BR',
  footer: (clinic) => `Esta mensagem foi enviada por ${clinic}. Por favor, não responda.`,
  callUs: (phone) => `Dúvidas ou precisa de ajuda? Ligue para ${phone}.`,
  askUs: 'Dúvidas ou precisa de ajuda? Ligue para a clínica.',
  when: 'Quando',
  also: 'O mesmo vale para',
  whenForYou: 'No seu fuso horário',
  where: 'Onde',
  place: {
    'in-person': (place) => place,
    video: () => 'Por vídeo. Você pode entrar pela página da sua consulta.',
    phone: () => 'Por telefone. Nós ligamos para você.',
  },
  calendarSummary: (clinic) => `Consulta em ${clinic}`,
  seeVisit: 'Ver ou mudar sua consulta',
  confirmVisit: 'Confirmar, mudar ou cancelar',
  joinVisit: 'Entrar por vídeo',
  smsJoin: (url) => `Entre por vídeo a partir de 15 minutos antes: ${url}`,
  smsLink: (url) => `Ver ou mudar: ${url}`,
  smsConfirmBy: (until) => `Confirme até ${until}, ou o horário vai para outra pessoa.`,
  smsConfirm: (url) => `Confirmar, mudar ou cancelar: ${url}`,

  booked: {
    subject: (when) => `Sua consulta: ${when}`,
    lead: 'Sua consulta está marcada.',
    next: 'Vamos lembrar você antes. Você pode mudar ou cancelar pelo link abaixo.',
  },
  'awaiting-approval': {
    subject: () => 'Recebemos seu pedido de consulta',
    lead: 'Recebemos seu pedido. A clínica está vendo, e o horário fica guardado para você enquanto isso.',
    next: 'Vamos escrever assim que a clínica responder.',
  },
  'not-approved': {
    subject: () => 'Sobre seu pedido de consulta',
    lead: 'A clínica não pôde dar o horário que você pediu.',
    next: 'Escolha outro horário, ou ligue para nós e achamos um juntos.',
  },
  rescheduled: {
    subject: (when) => `Sua consulta mudou: ${when}`,
    lead: 'Sua consulta tem um novo horário.',
    next: 'O horário anterior não é mais seu, e os links antigos não funcionam mais.',
  },
  cancelled: {
    subject: (when) => `Cancelada: sua consulta de ${when}`,
    lead: 'Sua consulta foi cancelada. Você não precisa vir.',
    next: 'Você pode marcar outro horário quando quiser.',
  },
  'cancelled-by-clinic': {
    subject: (when) => `Tivemos que cancelar sua consulta de ${when}`,
    lead: 'Pedimos desculpas: tivemos que cancelar sua consulta. Por favor, não venha nesse horário.',
    next: 'Isso não conta contra você, e não há taxa. Marque outro horário, ou ligue para nós.',
    alternatives: (until) =>
      `Estamos guardando estes horários para você até ${until}. Escolha o que for bom para você:`,
    again: {
      subject: (when) => `Escolha um novo horário: sua consulta de ${when} foi cancelada`,
      lead: 'Tivemos que cancelar sua consulta, e estamos guardando outros horários para você.',
      next: 'Se nenhum servir, marque outro horário, ou ligue para nós.',
    },
  },
  unconfirmed: {
    subject: (when) => `Não confirmada: sua consulta de ${when}`,
    lead: 'Não tivemos resposta a tempo, e demos sua consulta a alguém que espera. Por favor, não venha nesse horário.',
    next: 'Não há taxa, e isso não conta contra você. Se ainda precisa de consulta, marque outro horário, ou ligue para nós.',
  },
  reminder: {
    subject: (when) => `Lembrete: sua consulta de ${when}`,
    lead: 'Este é um lembrete da sua consulta.',
    deadline: (until) =>
      `Confirme até ${until}. Se não tivermos resposta até lá, damos o horário a alguém que espera por ele.`,
    ask: 'Diga se você vem. Basta apertar um botão.',
    join: 'Sua consulta é por vídeo. Você pode entrar pelo link abaixo a partir de 15 minutos antes do início. Vamos perguntar em que estado você está.',
    next: 'Se você não puder vir, avise pelo link abaixo, para que outra pessoa possa usar o horário.',
  },

  'waitlist-offer': {
    subject: (when) => `Um horário livre para você: ${when}`,
    lead: 'Um horário ficou livre, e é a sua vez.',
    answerBy: 'Responda até',
    kept: 'Ninguém mais pode pegar este horário até lá.',
    firstWins: 'Perguntamos a algumas pessoas ao mesmo tempo. Quem responder primeiro fica com ele.',
    replaces: 'Se você aceitar, sua consulta atual muda para este horário. Se não, ela fica como está.',
    next: 'Se não servir, você mantém seu lugar na lista.',
    action: 'Ver e responder',
    shortUntil: (until) => `Responda até ${until}:`,
  },
  'waitlist-offer-withdrawn': {
    subject: (when) => `Não está mais livre: ${when}`,
    lead: 'Pedimos desculpas: a clínica teve que retirar o horário que ofereceu a você.',
    next: 'Isso não conta contra você. Você mantém seu lugar na lista, e vamos escrever sobre o próximo.',
    action: 'Ver o que mais está livre',
  },
  'waitlist-offer-superseded': {
    subject: (when) => `Já ocupado: ${when}`,
    lead: 'Pedimos desculpas: alguém respondeu antes de você, e o horário foi ocupado.',
    next: 'Isso não conta contra você. Você mantém seu lugar na lista, e vamos escrever sobre o próximo.',
    action: 'Ver o que mais está livre',
  },
  'waitlist-expiry-notice': {
    subject: () => 'Você ainda espera por um horário?',
    lead: (until) => `Você está na nossa lista de espera até ${until}.`,
    next: 'Se ainda quiser um horário depois disso, diga para nós: entre pelo link abaixo, ou ligue. Se não, você não precisa fazer nada.',
    action: 'Ver ou mudar',
  },
  'waitlist-expired': {
    subject: () => 'Você não está mais na nossa lista de espera',
    lead: (until) => `Seu lugar na lista de espera terminou em ${until}.`,
    next: 'As consultas que você tem ficam como estão. Você pode voltar à lista quando quiser.',
    action: 'Entrar',
  },

  'staff-invitation': {
    subject: (clinic) => `Seu convite para ${clinic}`,
    lead: (clinic) => `${clinic} convida você a trabalhar com o HealthSphere.`,
    action: 'Aceitar o convite',
    until: (until) => `O link funciona uma vez, até ${until}.`,
    next: 'Se você não esperava este convite, pode ignorar.',
  },
  'password-reset': {
    subject: () => 'Escolha uma nova senha',
    lead: 'Alguém, provavelmente você, pediu uma nova senha para a sua conta.',
    action: 'Escolher uma nova senha',
    until: (until) => `O link funciona uma vez, até ${until}.`,
    next: 'Se não foi você, ignore esta mensagem: sua senha fica como está.',
  },
  'account-claim': {
    subject: (clinic) => `Sua conta em ${clinic}`,
    lead: (clinic) => `${clinic} preparou uma conta para você, onde pode marcar e mudar consultas.`,
    action: 'Criar sua conta',
    until: (until) => `O link funciona uma vez, até ${until}.`,
    next: 'Vamos pedir sua data de nascimento e enviar um código, para que ninguém mais possa usar este link.',
  },
  'account-claim-code': {
    subject: () => 'Seu código',
    lead: (code) => `Seu código é ${code}`,
    until: (until) => `Ele funciona até ${until}.`,
    next: 'Nunca vamos pedir este código por telefone. Se você não pediu um código, ignore esta mensagem.',
  },
  'escalation-notice': { lead: 'Item urgente para você no HealthSphere' },
  'second-factor-removed': {
    subject: () => 'Seu segundo fator foi removido',
    lead: (at) => `Um administrador removeu o segundo fator da sua conta: ${at}.`,
    next: 'Você foi desconectado de todos os lugares. Na próxima entrada, configure um novo.',
    notYou: 'Se você não pediu isso, avise seu administrador agora.',
  },
};
