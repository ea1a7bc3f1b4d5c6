import type { MessageCatalog } from './en.ts';

export const es: MessageCatalog = {
  // The clinic's country, for time zone names that people there know (in plain `es` they are offsets).
  formats: 'es-US',
  footer: (clinic) => `Este mensaje es de ${clinic}. Por favor, no responda a este mensaje.`,
  callUs: (phone) => `¿Preguntas o necesita ayuda? Llámenos al ${phone}.`,
  askUs: '¿Preguntas o necesita ayuda? Por favor, llame a la clínica.',
  when: 'Cuándo',
  also: 'Lo mismo para',
  whenForYou: 'En su zona horaria',
  where: 'Dónde',
  place: {
    'in-person': (place) => place,
    video: () => 'Por video. Puede entrar desde la página de su cita.',
    phone: () => 'Por teléfono. Nosotros le llamaremos.',
  },
  calendarSummary: (clinic) => `Cita en ${clinic}`,
  seeVisit: 'Ver o cambiar su cita',
  confirmVisit: 'Confirmar, cambiar o cancelar',
  joinVisit: 'Entrar por video',
  smsJoin: (url) => `Entre por video desde 15 minutos antes: ${url}`,
  smsLink: (url) => `Ver o cambiar: ${url}`,
  smsConfirmBy: (until) => `Por favor, confirme antes de: ${until}, o el horario será de otra persona.`,
  smsConfirm: (url) => `Confirmar, cambiar o cancelar: ${url}`,

  booked: {
    subject: (when) => `Su cita: ${when}`,
    lead: 'Su cita está reservada.',
    next: 'Le enviaremos un recordatorio antes de la cita. Puede cambiarla o cancelarla con el enlace de abajo.',
  },
  'awaiting-approval': {
    subject: () => 'Recibimos su solicitud de cita',
    lead: 'Recibimos su solicitud. La clínica la está revisando y, mientras tanto, le guardamos el horario.',
    next: 'Le escribiremos en cuanto la clínica responda.',
  },
  'not-approved': {
    subject: () => 'Sobre su solicitud de cita',
    lead: 'La clínica no pudo darle el horario que pidió.',
    next: 'Por favor, elija otro horario o llámenos y lo buscamos juntos.',
  },
  rescheduled: {
    subject: (when) => `Su cita cambió de horario: ${when}`,
    lead: 'Su cita tiene un nuevo horario.',
    next: 'El horario anterior ya no es suyo, y los enlaces anteriores ya no funcionan.',
  },
  cancelled: {
    subject: (when) => `Cancelada: su cita del ${when}`,
    lead: 'Su cita está cancelada. No necesita venir.',
    next: 'Puede reservar otro horario cuando quiera.',
  },
  'cancelled-by-clinic': {
    subject: (when) => `Tuvimos que cancelar su cita del ${when}`,
    lead: 'Lo sentimos: tuvimos que cancelar su cita. Por favor, no venga a esa hora.',
    next: 'Esto no cuenta en su contra y no tiene ningún cargo. Por favor, reserve otro horario o llámenos.',
    alternatives: (until) => `Le guardamos estos horarios hasta: ${until}. Tome el que le convenga:`,
    again: {
      subject: (when) => `Elija un nuevo horario: su cita cancelada del ${when}`,
      lead: 'Tuvimos que cancelar su cita y le guardamos otros horarios.',
      next: 'Si ninguno le conviene, reserve otro horario o llámenos.',
    },
  },
  unconfirmed: {
    subject: (when) => `Sin confirmar: su cita del ${when}`,
    lead: 'No tuvimos noticias suyas a tiempo y dimos su cita a otra persona que la esperaba. Por favor, no venga a esa hora.',
    next: 'No tiene ningún cargo y no cuenta en su contra. Si todavía necesita una cita, reserve otro horario o llámenos.',
  },
  reminder: {
    subject: (when) => `Recordatorio: su cita del ${when}`,
    lead: 'Este es un recordatorio de su cita.',
    deadline: (until) =>
      `Por favor, confirme antes de: ${until}. Si no tenemos noticias suyas, daremos el horario a otra persona que lo espera.`,
    ask: 'Por favor, díganos si vendrá. Solo tiene que pulsar un botón.',
    join: 'Su cita es por video. Puede entrar con el enlace de abajo desde 15 minutos antes de la hora. Le preguntaremos en qué estado está.',
    next: 'Si no puede venir, avísenos con el enlace de abajo, para que otra persona pueda usar el horario.',
  },

  'waitlist-offer': {
    subject: (when) => `Un horario libre para usted: ${when}`,
    lead: 'Se liberó un horario, y es su turno.',
    answerBy: 'Por favor, responda antes de',
    kept: 'Hasta entonces, nadie más puede tomar este horario.',
    firstWins: 'Preguntamos a varias personas al mismo tiempo. Será de quien responda primero.',
    replaces: 'Si lo toma, su cita actual pasa a este horario. Si no, queda como está.',
    next: 'Si no le conviene, conserva su lugar en la lista.',
    action: 'Ver y responder',
    shortUntil: (until) => `Responda antes de: ${until}:`,
  },
  'waitlist-offer-withdrawn': {
    subject: (when) => `Ya no está libre: ${when}`,
    lead: 'Lo sentimos: la clínica tuvo que retirar el horario que le ofreció.',
    next: 'No cuenta en su contra. Conserva su lugar en la lista, y le escribiremos cuando haya otro.',
    action: 'Ver qué más está libre',
  },
  'waitlist-offer-superseded': {
    subject: (when) => `Ya está tomado: ${when}`,
    lead: 'Lo sentimos: otra persona respondió antes, y el horario ya está tomado.',
    next: 'No cuenta en su contra. Conserva su lugar en la lista, y le escribiremos cuando haya otro.',
    action: 'Ver qué más está libre',
  },
  'waitlist-expiry-notice': {
    subject: () => '¿Todavía espera un horario?',
    lead: (until) => `Usted está en nuestra lista de espera hasta: ${until}.`,
    next: 'Si después todavía quiere un horario, díganoslo: entre con el enlace de abajo o llámenos. Si no, no tiene que hacer nada.',
    action: 'Verlo o cambiarlo',
  },
  'waitlist-expired': {
    subject: () => 'Ya no está en nuestra lista de espera',
    lead: (until) => `Su lugar en nuestra lista de espera terminó: ${until}.`,
    next: 'Las citas que tiene quedan como están. Puede volver a la lista cuando quiera.',
    action: 'Iniciar sesión',
  },

  'staff-invitation': {
    subject: (clinic) => `Su invitación a ${clinic}`,
    lead: (clinic) => `${clinic} le invita a trabajar con HealthSphere.`,
    action: 'Aceptar la invitación',
    until: (until) => `El enlace funciona una sola vez, hasta: ${until}.`,
    next: 'Si no esperaba este mensaje, puede ignorarlo.',
  },
  'password-reset': {
    subject: () => 'Elija una contraseña nueva',
    lead: 'Alguien, probablemente usted, pidió elegir una contraseña nueva para su cuenta.',
    action: 'Elegir una contraseña nueva',
    until: (until) => `El enlace funciona una sola vez, hasta: ${until}.`,
    next: 'Si no fue usted, ignore este mensaje: su contraseña no cambia.',
  },
  'account-claim': {
    subject: (clinic) => `Su cuenta en ${clinic}`,
    lead: (clinic) => `${clinic} le preparó una cuenta, en la que puede reservar y cambiar citas.`,
    action: 'Activar su cuenta',
    until: (until) => `El enlace funciona una sola vez, hasta: ${until}.`,
    next: 'Le pediremos su fecha de nacimiento y le enviaremos un código, para que nadie más pueda usar este enlace.',
  },
  'account-claim-code': {
    subject: () => 'Su código',
    lead: (code) => `Su código es ${code}`,
    until: (until) => `Funciona hasta: ${until}.`,
    next: 'Nunca se lo pediremos por teléfono. Si no pidió un código, ignore este mensaje.',
  },
  'escalation-notice': { lead: 'Asunto urgente para usted en HealthSphere' },
  'second-factor-removed': {
    subject: () => 'Se quitó su segundo factor',
    lead: (at) => `Un administrador quitó el segundo factor de su cuenta: ${at}.`,
    next: 'Se cerraron todas sus sesiones. Al volver a entrar configurará uno nuevo.',
    notYou: 'Si usted no lo pidió, avise de inmediato a su administrador.',
  },
};
