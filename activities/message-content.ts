/** From a row of the outbox to words: facts gathered, language chosen, template applied. Nothing of it is stored. */
import type { Trx } from '../db/connection.ts';
import { addressLines } from '../domain/patient/address.ts';
import { calendarFile, type CalendarMethod, type CalendarVisit } from '../domain/calendar/calendar-file.ts';
import { accountMessages, isAccountMessage } from './messages/account-messages.ts';
import { accountNotices, isAccountNotice } from './messages/account-notices.ts';
import { isEscalationMessage } from './escalation-delivery.ts';
import { compose } from './messages/compose.ts';
import type { ComposedMessage } from './messages/compose.ts';
import { escalationMessage } from './messages/escalation-message.ts';
import { messageCatalog, messageLanguages } from './messages/language.ts';
import type { MessageLanguage } from './messages/language.ts';
import { intakeMessage, isIntakeMessage } from './messages/intake-messages.ts';
import { intakeWords } from './messages/intake-words.ts';
import { isVisitMessage, visitMessages } from './messages/visit-messages.ts';
import type { VisitFacts } from './messages/visit-messages.ts';
import { isOfferMessage, isWishMessage, offerMessages, wishMessages } from './messages/waitlist-messages.ts';
import { intakeCode, intakeLinkToken, intakeLinkUrl } from './intake-token.ts';
import type { IntakeLinkFacts } from './intake-verdict.ts';
import { offerPath, signOfferToken } from './offer-token.ts';
import type { AppointmentFactsRow, OutboxRow } from './outbox-row.ts';
import type { AccessLinkRow, Verdict } from './outbox-verdict.ts';
import { patientRecipient, signVisitToken } from './visit-token.ts';

/** Moves when the words of any template do, so that a row says what its reader saw. */
export const templateVersion = '1';

export interface MessageContent extends ComposedMessage {
  readonly language: MessageLanguage;
  readonly localeAsked: string;
  /** From what was asked for to what was used (BCP 47 lookup). */
  readonly localesTried: readonly string[];
  readonly calendar?: { readonly method: CalendarMethod; readonly content: string } | undefined;
}

export interface ContentPorts {
  readonly publicUrl: string;
  readonly tokenSecret: Uint8Array;
  /** Our own address, as the organizer of calendar entries. */
  readonly from: { readonly name: string; readonly email: string };
  readonly accountLinks: AccountLinks;
}

/** Links and codes of accounts are computed from their row and the token secret, never stored. */
export interface AccountLinks {
  url(link: AccessLinkRow): string;
  code(link: AccessLinkRow): string;
}

export async function messageContent(
  trx: Trx,
  ports: ContentPorts,
  row: OutboxRow,
  verdict: Extract<Verdict, { kind: 'send' }>,
  at: Date,
): Promise<MessageContent> {
  const organization = await trx('organization')
    .where({ id: row.organization_id })
    .first<{ name: string; default_locale: string }>('name', 'default_locale');
  const localeAsked = row.locale_asked ?? verdict.recipient.language ?? organization.default_locale;
  const { chosen: language, tried: localesTried } = messageLanguages(localeAsked, organization.default_locale);
  const said = await worded(trx, ports, row, verdict, at, { organization, localeAsked, language });
  return { ...said, localesTried };
}

interface InLanguage {
  readonly organization: { readonly name: string };
  readonly localeAsked: string;
  readonly language: MessageLanguage;
}

async function worded(
  trx: Trx,
  ports: ContentPorts,
  row: OutboxRow,
  verdict: Extract<Verdict, { kind: 'send' }>,
  at: Date,
  { organization, localeAsked, language }: InLanguage,
): Promise<Omit<MessageContent, 'localesTried'>> {
  const catalog = messageCatalog(language);
  const { appointment, link, offer, wish } = verdict;

  if (isVisitMessage(row.kind) && appointment !== undefined) {
    const others = await alsoVisits(trx, row, appointment.status);
    const facts = await visitFacts(trx, ports, row, appointment, organization.name, verdict.recipient.timeZone, at, others); // prettier-ignore
    const content = compose(visitMessages[row.kind](facts, catalog), language);
    const method = toldBefore(row) ? undefined : calendarMethods[row.kind];
    const event = (visit: Pick<CalendarVisit, 'id' | 'version' | 'start' | 'end' | 'url'>): CalendarVisit => ({
      ...visit,
      host: new URL(ports.publicUrl).hostname,
      summary: catalog.calendarSummary(organization.name),
      place: appointment.mode === 'in-person' ? facts.placeLines.join(', ') : catalog.place[appointment.mode](''),
      at,
      organizer: ports.from,
      attendee: verdict.address,
      cancelled: method === 'CANCEL',
    });
    const { version, start_at: start, end_at: end, patient_id: patientId } = appointment;
    const first = start === null || end === null ? [] : [event({ id: row.aggregate_id, version, start, end, url: facts.url })]; // prettier-ignore
    const rest = others.map((visit) =>
      event({ ...visit, url: visitUrl(ports, row.organization_id, visit.id, visit.version, patientId) }),
    );
    const calendar =
      method === undefined || first.length === 0
        ? undefined
        : rest.length === 0
          ? { method, content: calendarFile(method, ...first) }
          : // Each keeps its own UID, so that a calendar recognizes what later becomes of one of them.
            { method: 'PUBLISH' as const, content: calendarFile('PUBLISH', ...first, ...rest) };
    return { ...content, language, localeAsked, calendar };
  }
  if (isOfferMessage(row.kind) && offer !== undefined) {
    const parts = offerMessages[row.kind](
      {
        clinic: organization.name,
        start: offer.start_at,
        timeZone: offer.tz,
        patientTimeZone: verdict.recipient.timeZone,
        mode: offer.mode,
        placeLines: [offer.location_name ?? organization.name, ...addressLines(offer.location_address)],
        phone: offer.location_phone,
        url: offerUrl(ports, row.organization_id, offer.id, offer.patient_id),
        answerUntil: offer.expires_at,
        replacesVisit: offer.current_appointment_id !== null,
        firstWins: offer.has_rivals,
      },
      catalog,
    );
    return { ...compose(parts, language), language, localeAsked };
  }
  if (isWishMessage(row.kind) && wish !== undefined) {
    const place = await firstPlace(trx);
    const parts = wishMessages[row.kind](
      {
        clinic: organization.name,
        phone: place?.phone ?? null,
        url: `${ports.publicUrl}/portal/waiting/${row.aggregate_id}`,
        until: wish.expires_at,
        timeZone: verdict.recipient.timeZone ?? place?.time_zone ?? 'UTC',
      },
      catalog,
    );
    return { ...compose(parts, language), language, localeAsked };
  }
  if (isAccountMessage(row.kind) && link !== undefined) {
    const isCode = row.kind === 'account-claim-code';
    const place = await firstPlace(trx);
    const parts = accountMessages[row.kind](
      {
        clinic: organization.name,
        phone: place?.phone ?? null,
        url: isCode ? '' : ports.accountLinks.url(link),
        code: isCode ? ports.accountLinks.code(link) : '',
        until: isCode ? (link.code_expires_at ?? link.expires_at) : link.expires_at,
        timeZone: verdict.recipient.timeZone ?? place?.time_zone ?? 'UTC',
      },
      catalog,
    );
    return { ...compose(parts, language), language, localeAsked };
  }
  if (isIntakeMessage(row.kind)) {
    const place = await firstPlace(trx);
    const { intakeLink } = verdict;
    const isCode = row.kind === 'intake-code';
    const parts = intakeMessage(
      row.kind,
      {
        clinic: organization.name,
        phone: place?.phone ?? null,
        url: isCode ? '' : intakeUrl(ports, row, intakeLink),
        code: isCode && intakeLink?.code_expires_at ? intakeCode(ports, intakeLink.id, intakeLink.code_expires_at) : '',
        until: (isCode ? intakeLink?.code_expires_at : intakeLink?.expires_at) ?? null,
        timeZone: verdict.recipient.timeZone ?? place?.time_zone ?? 'UTC',
      },
      intakeWords[language],
      catalog,
    );
    return { ...compose(parts, language), language, localeAsked };
  }
  if (isAccountNotice(row.kind)) {
    const place = await firstPlace(trx);
    const parts = accountNotices[row.kind](
      {
        clinic: organization.name,
        phone: place?.phone ?? null,
        at: row.due_at,
        timeZone: verdict.recipient.timeZone ?? place?.time_zone ?? 'UTC',
      },
      catalog,
    );
    return { ...compose(parts, language), language, localeAsked };
  }
  if (isEscalationMessage(row)) {
    const url = `${ports.publicUrl}/escalations/${row.aggregate_id}`;
    return { ...escalationMessage(url, language), language, localeAsked };
  }
  throw new Error(`there is no template for ${row.kind}`);
}

/** By its link; how it went is seen on its page, by whoever has an account. */
const intakeUrl = (
  ports: Pick<ContentPorts, 'publicUrl' | 'tokenSecret'>,
  row: OutboxRow,
  link: IntakeLinkFacts | undefined,
): string =>
  link === undefined
    ? `${ports.publicUrl}/portal/intake/${row.aggregate_id}`
    : intakeLinkUrl(ports.publicUrl, intakeLinkToken(ports, link.id));

/** An account belongs to no place: its clinic's first one answers. */
const firstPlace = (trx: Trx): Promise<{ phone: string | null; time_zone: string } | undefined> =>
  trx('location')
    .where({ active: true })
    .orderBy('created_at')
    .first<{ phone: string | null; time_zone: string } | undefined>('phone', 'time_zone');

/** Which method a calendar is told (RFC 5546). A reminder repeats nothing that the calendar does not hold already. */
const calendarMethods: Readonly<Record<string, 'REQUEST' | 'CANCEL' | undefined>> = {
  booked: 'REQUEST',
  rescheduled: 'REQUEST',
  cancelled: 'CANCEL',
  'cancelled-by-clinic': 'CANCEL',
  unconfirmed: 'CANCEL',
};

/** What an absence says after the cancellation itself: a reminder half-way, or other times than before. */
const toldBefore = ({ params }: OutboxRow): boolean => params['reminder'] === true || params['again'] === true;

async function visitFacts(
  trx: Trx,
  ports: ContentPorts,
  row: OutboxRow,
  appointment: AppointmentFactsRow,
  clinic: string,
  patientTimeZone: string | null,
  at: Date,
  others: readonly OtherVisit[],
): Promise<VisitFacts> {
  const zone = appointment.tz ?? appointment.location_time_zone ?? 'UTC';
  const link = (appointmentId: string, version: number, patientId: string) =>
    visitUrl(ports, row.organization_id, appointmentId, version, patientId);
  const alternatives = await heldAlternatives(trx, row, at);
  return {
    clinic,
    start: appointment.start_at,
    timeZone: zone,
    patientTimeZone,
    mode: appointment.mode,
    placeLines: [appointment.location_name ?? clinic, ...addressLines(appointment.location_address)],
    phone: appointment.location_phone,
    url: link(row.aggregate_id, appointment.version, appointment.patient_id),
    joinUrl:
      row.params['item'] === 'telehealth-link' && appointment.mode === 'video'
        ? joinUrl(ports, row.organization_id, row.aggregate_id, appointment.version, appointment.patient_id)
        : null,
    askConfirm: row.params['askConfirm'] === true,
    confirmBy: typeof row.params['confirmBy'] === 'string' ? new Date(row.params['confirmBy']) : null,
    heldUntil: alternatives[0]?.hold_expires_at ?? appointment.hold_expires_at,
    toldBefore: toldBefore(row),
    alternatives: alternatives.map(({ id, version, patient_id, start_at, tz }) => ({
      start: start_at,
      timeZone: tz,
      url: link(id, version, patient_id),
    })),
    also: others.map(({ start, timeZone }) => ({ start, timeZone })),
  };
}

interface OtherVisit {
  readonly id: string;
  readonly version: number;
  readonly start: Date;
  readonly end: Date;
  readonly timeZone: string;
}

/** Of the visits that a series is told of together, those of which it is still true. */
async function alsoVisits(trx: Trx, row: OutboxRow, status: string): Promise<OtherVisit[]> {
  const ids = row.params['also'];
  if (!Array.isArray(ids) || ids.length === 0) return [];
  const visits = await trx('appointment')
    .whereIn('id', ids as string[])
    .where({ status })
    .whereNotNull('start_at')
    .orderBy('start_at')
    .select<{ id: string; version: number; start_at: Date; end_at: Date; tz: string }[]>('id', 'version', 'start_at', 'end_at', 'tz'); // prettier-ignore
  return visits.map(({ start_at: start, end_at: end, tz: timeZone, ...visit }) => ({ ...visit, start, end, timeZone }));
}

export function visitUrl(
  ports: Pick<ContentPorts, 'publicUrl' | 'tokenSecret'>,
  organizationId: string,
  appointmentId: string,
  version: number,
  patientId: string,
): string {
  const claims = { organizationId, appointmentId, version, kind: 'visit' } as const;
  return `${ports.publicUrl}/v/${signVisitToken(ports.tokenSecret, claims, patientRecipient(patientId))}`;
}

export function joinUrl(
  ports: Pick<ContentPorts, 'publicUrl' | 'tokenSecret'>,
  organizationId: string,
  appointmentId: string,
  version: number,
  patientId: string,
): string {
  const claims = { organizationId, appointmentId, version, kind: 'join' } as const;
  return `${ports.publicUrl}/join/${signVisitToken(ports.tokenSecret, claims, patientRecipient(patientId))}`;
}

export function offerUrl(
  ports: Pick<ContentPorts, 'publicUrl' | 'tokenSecret'>,
  organizationId: string,
  offerId: string,
  patientId: string,
): string {
  return (
    ports.publicUrl +
    offerPath(signOfferToken(ports.tokenSecret, { organizationId, offerId }, patientRecipient(patientId)))
  );
}

interface HeldAlternative {
  readonly id: string;
  readonly version: number;
  readonly patient_id: string;
  readonly start_at: Date;
  readonly tz: string;
  readonly hold_expires_at: Date;
}

/** Times held for the patient instead (D1, Clinic cancels): only those that can still be taken when the message leaves. */
async function heldAlternatives(trx: Trx, row: OutboxRow, at: Date): Promise<HeldAlternative[]> {
  if (row.kind !== 'cancelled-by-clinic') return [];
  return trx('appointment')
    .where({ replaces_id: row.aggregate_id, status: 'pending' })
    .where('hold_expires_at', '>', at)
    .orderBy('start_at')
    .select<HeldAlternative[]>('id', 'version', 'patient_id', 'start_at', 'tz', 'hold_expires_at');
}
