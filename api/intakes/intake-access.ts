/**
 * The way into an intake by its link: what a stranger with the address may learn (nothing), how a person shows that it
 * is theirs (something they know and a code to the address on file), and how often that may be tried. Fifty tries at once are
 * fifty tries: each is counted under the link's lock, before anything is said.
 */
import { timingSafeEqual } from 'node:crypto';
import { hashIntakeCode, intakeCode, readIntakeLinkToken } from '../../activities/intake-token.ts';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { fileIntakeLink, linkChanged, liveLink, type IntakeLinkRow } from '../../db/intakes/intake-links.ts';
import { queueMessage } from '../../db/outbox.ts';
import { raiseStaffTask } from '../../db/cases/staff-tasks.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';
import { cookieNames, readCookie, sessionCookie } from '../cookies.ts';
import { endOneSession, findSession, startIntakeSession } from '../sign-in/session.ts';

export const triesBeforeLock = 5;
export const lockMinutes = 15;
export const codeMinutes = 10;

export type LinkState = 'ready' | 'step-up' | 'locked' | 'expired' | 'replaced' | 'closed';

/** Recognizes a token and makes the request act in its organization, as the link. @throws DomainError `token-invalid` */
export async function recognizeLink(context: RequestContext, token: string): Promise<string> {
  const id = readIntakeLinkToken(context.ports.keys, token);
  if (id === null) throw new DomainError('token-invalid');
  const found = await context.ports.db.raw<{ rows: { organization_id: string }[] }>('SELECT * FROM find_intake_link(?)', [id]); // prettier-ignore
  const row = found.rows[0];
  if (row === undefined) throw new DomainError('token-invalid');
  context.actAs(row.organization_id, { kind: 'system', ref: `intake-link:${id}`, permissions: [] });
  context.concerns({ entityId: id });
  return id;
}

export async function readLink(trx: Trx, id: string, lock = false): Promise<IntakeLinkRow> {
  const query = trx('intake_link').where({ id });
  if (lock) query.forUpdate();
  const row = await query.first<IntakeLinkRow | undefined>();
  if (row === undefined) throw new DomainError('token-invalid');
  return row;
}

export async function linkState(trx: Trx, link: IntakeLinkRow, at: Date): Promise<LinkState> {
  if (link.ended_because === 'replaced') return 'replaced';
  if (link.ended_because !== null || !(await stillInAuthority(trx, link, at))) return 'closed';
  if (link.expires_at <= at) return 'expired';
  if (link.locked_until !== null && link.locked_until > at) return 'locked';
  return (await hasSomethingToShow(trx, link)) ? 'step-up' : 'ready';
}

/** A guardian's link works only while their authority stands. */
async function stillInAuthority(trx: Trx, link: IntakeLinkRow, at: Date): Promise<boolean> {
  if (link.guardian_id === null) return true;
  const row = await trx('patient_guardian')
    .where({ id: link.guardian_id })
    .whereNull('revoked_at')
    .where((end) => end.whereNull('valid_until').orWhere('valid_until', '>', at))
    .first('id');
  return row !== undefined;
}

/**
 * Whether the intake could show anything that its holder did not just type: an answer saved before, or a chart that is
 * older than the intake. A chart that was made with it holds what the clinic was told a moment ago, and is not shown.
 */
async function hasSomethingToShow(trx: Trx, link: IntakeLinkRow): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { shows: boolean }[] }>(
    `SELECT EXISTS (SELECT 1 FROM intake_step s JOIN intake i ON i.id = s.intake_id WHERE i.patient_id = :patient AND s.saved_at IS NOT NULL)
         OR EXISTS (SELECT 1 FROM intake_link l WHERE l.intake_id = :intake AND l.first_opened_at IS NOT NULL)
         OR EXISTS (SELECT 1 FROM allergy_intolerance WHERE patient_id = :patient)
         OR EXISTS (SELECT 1 FROM medication_statement WHERE patient_id = :patient)
         OR EXISTS (SELECT 1 FROM history_statement WHERE patient_id = :patient)
         OR EXISTS (SELECT 1 FROM patient p, intake i WHERE p.id = :patient AND i.id = :intake AND p.created_at < i.created_at - interval '1 minute')
         OR NOT EXISTS (SELECT 1 FROM intake i WHERE i.id = :intake) AS shows`,
    { patient: link.patient_id, intake: link.intake_id },
  );
  return rows[0]?.shows ?? true;
}

const ofLink = (context: RequestContext, link: IntakeLinkRow, at: Date) => ({
  organizationId: context.organizationId,
  intakeId: link.intake_id,
  patientId: link.patient_id,
  actor: context.actor,
  at,
});

/** Counts a wrong try; the fifth locks. The lock stands with the link and its successors. */
async function countFailure(trx: Trx, link: IntakeLinkRow, at: Date): Promise<void> {
  const failed = link.failed_attempts + 1;
  const locked = failed >= triesBeforeLock;
  await trx('intake_link')
    .where({ id: link.id })
    .update(
      locked
        ? { failed_attempts: 0, code_hash: null, locked_until: new Date(at.getTime() + lockMinutes * 60_000) }
        : { failed_attempts: failed },
    );
}

/**
 * What a person is asked besides the code: the date of birth; of a date that is not whole its year; without any the
 * postcode; and where the chart knows none of them nothing, because refusing would lock out whoever the intake is to ask.
 */
export type Asked = 'birth-date' | 'birth-year' | 'postcode' | 'code-alone';

export interface Known {
  readonly birthDate?: string | undefined;
  readonly birthYear?: string | undefined;
  readonly postcode?: string | undefined;
}

export async function askedOf(
  trx: Trx,
  link: IntakeLinkRow,
): Promise<{ readonly asks: Asked; readonly answer: string }> {
  const patient = await trx('patient').where({ id: link.patient_id }).first<{ birth_date: string | null; address: Readonly<Record<string, unknown>> }>('birth_date', 'address'); // prettier-ignore
  const date = patient.birth_date ?? '';
  if (date.length === 10) return { asks: 'birth-date', answer: date };
  if (date.length >= 4) return { asks: 'birth-year', answer: date.slice(0, 4) };
  const postcode = plainPostcode(String(patient.address['postalCode'] ?? ''));
  return postcode === '' ? { asks: 'code-alone', answer: '' } : { asks: 'postcode', answer: postcode };
}

/** Without blanks and case; of nine digits the five that everybody knows. */
const plainPostcode = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replace(/^(\d{5})\d{4}$/, '$1');

/** What was given of what is asked; undefined: nothing was. */
function givenOf(asks: Asked, given: Known): string | undefined {
  switch (asks) {
    case 'birth-date':
      return given.birthDate;
    case 'birth-year':
      return given.birthYear ?? given.birthDate?.slice(0, 4);
    case 'postcode':
      return given.postcode === undefined ? undefined : plainPostcode(given.postcode);
    case 'code-alone':
      return '';
  }
}

/** Sends a code if what is asked was given right, and counts a try if it was not; the answer says neither. */
export async function sendCode(context: RequestContext, linkId: string, given: Known): Promise<void> {
  const { keys } = context.ports;
  const mayAsk = await withinLimit(context, linkId);
  await context.transaction(async (trx) => {
    const link = await readLink(trx, linkId, true);
    const at = await databaseTime(trx);
    const state = await linkState(trx, link, at);
    if (state !== 'step-up' && state !== 'ready') return;
    const { asks, answer } = await askedOf(trx, link);
    if (givenOf(asks, given) !== answer) {
      await countFailure(trx, link, at);
      return;
    }
    if (!mayAsk) return;
    const expiresAt = new Date(at.getTime() + codeMinutes * 60_000);
    await trx('intake_link')
      .where({ id: link.id })
      .update({
        code_hash: hashIntakeCode(keys, link.id, intakeCode(keys, link.id, expiresAt)),
        code_expires_at: expiresAt,
        codes_sent: link.codes_sent + 1,
      });
    await linkChanged(trx, ofLink(context, link, at), link.id, 'send-code', 'open', 'open');
    await queueMessage(trx, {
      organizationId: context.organizationId,
      dedupeKey: `intake-link:${link.id}:code:${expiresAt.getTime()}`,
      aggregate: 'intake-link',
      aggregateId: link.id,
      kind: 'intake-code',
      channel: await channelOf(trx, link),
      toRef: `intake-link:${link.id}`,
      patientId: link.patient_id,
      localeAsked: link.language,
      params: { intakeLinkId: link.id, intakeId: link.intake_id },
      dueAt: at,
      usefulUntil: expiresAt,
    });
  });
}

async function channelOf(trx: Trx, link: IntakeLinkRow): Promise<'email' | 'sms'> {
  const intake = await trx('intake').where({ id: link.intake_id }).first<{ confidential: boolean; private_contact: { email?: string; phone?: string } | null } | undefined>('confidential', 'private_contact'); // prettier-ignore
  if (intake?.confidential === true && link.guardian_id === null)
    return intake.private_contact?.email === undefined && intake.private_contact?.phone !== undefined ? 'sms' : 'email';
  const holder =
    link.guardian_id === null ? trx('patient').where({ id: link.patient_id }) : trx('patient_guardian').where({ id: link.guardian_id }); // prettier-ignore
  const { email, phone } = await holder.first<{ email: string | null; phone: string | null }>('email', 'phone');
  return email === null && phone !== null ? 'sms' : 'email';
}

/** Five in a quarter of an hour; beyond it nothing is sent, and nothing says so. */
async function withinLimit(context: RequestContext, key: string): Promise<boolean> {
  try {
    await context.ports.limits.reserve('claim-code', `intake:${key}`);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'rate-limited') return false;
    throw error;
  }
}

interface Opened {
  readonly intakeId: string;
  readonly expiresAt: Date;
}

/**
 * Opens the intake in this browser: by what is asked and the code, or without where there is nothing to show. Whatever
 * session the browser had is over.
 * @throws DomainError `token-expired` (data.state), `rate-limited`, `sign-in-failed`
 */
export async function openIntake(
  context: RequestContext,
  linkId: string,
  given: Known & { readonly code?: string | undefined },
): Promise<Opened> {
  const { ports } = context;
  const names = cookieNames(ports.config.publicUrl);
  const oldToken = readCookie(context.headers, names.session);
  const old = oldToken === undefined ? null : await findSession(ports.db, { token: oldToken, by: 'cookie' });
  const opened = await context.transaction(async (trx) => {
    const link = await readLink(trx, linkId, true);
    context.concerns({ patientId: link.patient_id });
    const at = await databaseTime(trx);
    const state = await linkState(trx, link, at);
    if (state === 'expired' || state === 'replaced' || state === 'closed')
      throw new DomainError('token-expired', { data: { state } });
    if (state === 'locked') {
      const left = (link.locked_until?.getTime() ?? 0) - at.getTime();
      throw new DomainError('rate-limited', { data: { retryAfterSeconds: Math.max(1, Math.ceil(left / 1_000)) } });
    }
    const { code } = given;
    const { asks, answer } = await askedOf(trx, link);
    const known = givenOf(asks, given);
    const tried = known !== undefined && code !== undefined;
    if (state === 'step-up' || tried) {
      if (!tried) return null;
      const codeLives = link.code_hash !== null && link.code_expires_at !== null && link.code_expires_at > at;
      const hash = hashIntakeCode(ports.keys, link.id, code.replace(/[\s-]/g, ''));
      const codeIsRight = timingSafeEqual(hash, link.code_hash ?? Buffer.alloc(32)) && codeLives;
      if (!codeIsRight || known !== answer) {
        // Counted in a transaction that commits: the refusal is thrown afterwards.
        await countFailure(trx, link, at);
        return null;
      }
    }
    if (old !== null) await endOneSession(trx, old.sessionId, 'signed-in-again');
    const session = await startIntakeSession(trx, {
      organizationId: context.organizationId,
      intakeLinkId: link.id,
      steppedUp: tried,
      ip: context.ip,
      userAgent: context.headers['user-agent'],
    });
    await trx('intake_link')
      .where({ id: link.id })
      .update({ first_opened_at: link.first_opened_at ?? at, failed_attempts: 0, code_hash: null });
    await linkChanged(trx, ofLink(context, link, at), link.id, 'open', 'open', 'open');
    return { ...session, intakeId: link.intake_id };
  });
  if (opened === null)
    throw new DomainError('sign-in-failed', { detail: 'What you told us or the code is not right.' });
  context.setCookie(sessionCookie(names, opened.token));
  return { intakeId: opened.intakeId, expiresAt: opened.expiresAt };
}

/** A new link to the address on file, if the intake still waits for answers; where nobody can be written to, a call. */
export async function renewLink(context: RequestContext, linkId: string): Promise<void> {
  const before = await context.read((trx) => readLink(trx, linkId));
  if (!(await withinLimit(context, `renew:${before.intake_id}`))) return;
  await context.transaction(async (trx) => {
    const live = await liveLink(trx, before.intake_id);
    if (live === undefined) return;
    const at = await databaseTime(trx);
    const about = ofLink(context, live, at);
    const dedupeKey = `intake:${live.intake_id}:new-link:${context.requestId}`;
    const filed = await fileIntakeLink(trx, {
      ...about,
      mail: 'intake-new-link',
      dedupeKey,
      language: live.language,
    });
    if (filed.to !== 'nobody') return;
    await raiseStaffTask(trx, {
      organizationId: about.organizationId,
      kind: 'call-patient',
      dedupeKey,
      subjectType: 'intake',
      subjectId: live.intake_id,
      patientId: live.patient_id,
      params: { about: 'intake-new-link' },
      dueAt: new Date(at.getTime() + 86_400_000),
      actor: context.actor,
      at,
    });
  });
}
