/**
 * Every sentence of our messages. Time, place and a link: a message may be read by whoever holds the telephone, so that
 * it never names the visit type, the reason, a practitioner or a result (architecture.md section 5, messages).
 */
export const en = {
  /** For dates and times; the language's own words come from this file. */
  formats: 'en-US',
  footer: (clinic: string) => `This message was sent by ${clinic}. Please do not reply to it.`,
  callUs: (phone: string) => `Questions, or need help? Call us at ${phone}.`,
  askUs: 'Questions, or need help? Please call the clinic.',
  when: 'When',
  also: 'The same for',
  whenForYou: 'In your time zone',
  where: 'Where',
  place: {
    'in-person': (place: string) => place,
    video: (_place: string) => 'By video. You can join from the page of your visit.',
    phone: (_place: string) => 'By telephone. We will call you.',
  },
  calendarSummary: (clinic: string) => `Appointment at ${clinic}`,
  seeVisit: 'See or change your appointment',
  confirmVisit: 'Confirm, change or cancel',
  joinVisit: 'Join by video',
  smsJoin: (url: string) => `Join by video from 15 minutes before: ${url}`,
  smsLink: (url: string) => `See or change: ${url}`,
  smsConfirmBy: (until: string) => `Please confirm by ${until}, or the time goes to somebody else.`,
  smsConfirm: (url: string) => `Confirm, change or cancel: ${url}`,

  booked: {
    subject: (when: string) => `Your appointment: ${when}`,
    lead: 'Your appointment is booked.',
    next: 'We will remind you before it. You can change or cancel it with the link below.',
  },
  'awaiting-approval': {
    subject: () => 'We received your request for an appointment',
    lead: 'We received your request. The clinic is looking at it, and the time is kept for you meanwhile.',
    next: 'We will write to you as soon as the clinic has answered.',
  },
  'not-approved': {
    subject: () => 'About your request for an appointment',
    lead: 'The clinic could not give you the time you asked for.',
    next: 'Please choose another time, or call us and we will find one together.',
  },
  rescheduled: {
    subject: (when: string) => `Your appointment has moved: ${when}`,
    lead: 'Your appointment has a new time.',
    next: 'The earlier time is no longer yours, and earlier links no longer work.',
  },
  cancelled: {
    subject: (when: string) => `Cancelled: your appointment on ${when}`,
    lead: 'Your appointment is cancelled. You do not need to come.',
    next: 'You can book another time whenever you like.',
  },
  'cancelled-by-clinic': {
    subject: (when: string) => `We had to cancel your appointment on ${when}`,
    lead: 'We are sorry: we had to cancel your appointment. Please do not come at that time.',
    next: 'This does not count against you, and there is no fee. Please book another time, or call us.',
    alternatives: (until: string) => `We are holding these times for you until ${until}. Take the one that suits you:`,
    again: {
      subject: (when: string) => `Please choose a new time: your cancelled appointment on ${when}`,
      lead: 'We had to cancel your appointment, and are holding other times for you.',
      next: 'If none of them suits you, please book another time, or call us.',
    },
  },
  unconfirmed: {
    subject: (when: string) => `Not confirmed: your appointment on ${when}`,
    lead: 'We did not hear from you in time, and have given your appointment to somebody who waits. Please do not come at that time.',
    next: 'There is no fee, and it does not count against you. If you still need an appointment, please book another time, or call us.',
  },
  reminder: {
    subject: (when: string) => `Reminder: your appointment on ${when}`,
    lead: 'This is a reminder of your appointment.',
    deadline: (until: string) =>
      `Please confirm by ${until}. If we do not hear from you by then, we give the time to somebody who waits for it.`,
    ask: 'Please tell us whether you will come. It takes one press of a button.',
    join: 'Your visit is by video. You can join with the link below from 15 minutes before the start. We will ask which state you are in.',
    next: 'If you cannot come, please tell us with the link below, so that someone else can have the time.',
  },

  'waitlist-offer': {
    subject: (when: string) => `A free time for you: ${when}`,
    lead: 'A time became free, and it is your turn.',
    answerBy: 'Please answer by',
    kept: 'Nobody else can take this time until then.',
    firstWins: 'We asked a few people at the same time. Whoever answers first has it.',
    replaces: 'If you take it, your present appointment moves to this time. If not, it stays as it is.',
    next: 'If it does not suit you, you keep your place on the list.',
    action: 'See it and answer',
    shortUntil: (until: string) => `Answer by ${until}:`,
  },
  'waitlist-offer-withdrawn': {
    subject: (when: string) => `No longer free: ${when}`,
    lead: 'We are sorry: the clinic had to take back the time that it offered you.',
    next: 'It does not count against you. You keep your place on the list, and we will write to you about the next one.',
    action: 'See what else is free',
  },
  'waitlist-offer-superseded': {
    subject: (when: string) => `Already taken: ${when}`,
    lead: 'We are sorry: somebody answered before you, and the time is taken.',
    next: 'It does not count against you. You keep your place on the list, and we will write to you about the next one.',
    action: 'See what else is free',
  },
  'waitlist-expiry-notice': {
    subject: () => 'Are you still waiting for a time?',
    lead: (until: string) => `You are on our waiting list until ${until}.`,
    next: 'If you still want a time after that, please tell us: sign in with the link below, or call us. Otherwise you need to do nothing.',
    action: 'See or change it',
  },
  'waitlist-expired': {
    subject: () => 'You are no longer on our waiting list',
    lead: (until: string) => `Your place on our waiting list ended on ${until}.`,
    next: 'Appointments that you have stay as they are. You can join the list again whenever you like.',
    action: 'Sign in',
  },

  'staff-invitation': {
    subject: (clinic: string) => `Your invitation to ${clinic}`,
    lead: (clinic: string) => `${clinic} invites you to work with HealthSphere.`,
    action: 'Accept the invitation',
    until: (until: string) => `The link works once, until ${until}.`,
    next: 'If you did not expect this, you can ignore it.',
  },
  'password-reset': {
    subject: () => 'Choose a new password',
    lead: 'Someone, probably you, asked to choose a new password for your account.',
    action: 'Choose a new password',
    until: (until: string) => `The link works once, until ${until}.`,
    next: 'If it was not you, ignore this message: your password stays as it is.',
  },
  'account-claim': {
    subject: (clinic: string) => `Your account at ${clinic}`,
    lead: (clinic: string) => `${clinic} has prepared an account for you, where you can book and change appointments.`,
    action: 'Set up your account',
    until: (until: string) => `The link works once, until ${until}.`,
    next: 'We will ask for your date of birth and send you a code, so that nobody else can use this link.',
  },
  'account-claim-code': {
    subject: () => 'Your code',
    lead: (code: string) => `Your code is ${code}`,
    until: (until: string) => `It works until ${until}.`,
    next: 'We will never ask you for it by telephone. If you did not ask for a code, ignore this message.',
  },
  /** All that is said of an urgent item, by every channel; a link follows. */
  'escalation-notice': { lead: 'Urgent item for you in HealthSphere' },
  'second-factor-removed': {
    subject: () => 'Your second factor was removed',
    lead: (at: string) => `An administrator removed the second factor of your account: ${at}.`,
    next: 'You were signed out everywhere. At your next sign-in you set up a new one.',
    notYou: 'If you did not ask for this, tell your administrator at once.',
  },
};

/** The shape every language has to fill: a sentence that is missing elsewhere is a type error there. */
export type MessageCatalog = typeof en;
