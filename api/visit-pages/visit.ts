/** What a link opens: verified, and the visit behind it as Postgres has it now. */
import { chartsOf } from '../../db/charts/charts.ts';
import {
  judgeVisitToken,
  patientRecipient,
  readVisitToken,
  signVisitToken,
  verifyVisitToken,
} from '../../activities/visit-token.ts';
import type { VisitTokenKind, VisitTokenVerdict } from '../../activities/visit-token.ts';
import { stateToJudge } from '../../db/appointments/appointment-view.ts';
import { databaseTime } from '../../db/clock.ts';
import { withOrganization } from '../../db/transaction.ts';
import type { Actor } from '../../domain/actor.ts';
import { addressLines } from '../../domain/patient/address.ts';
import { allowedActions } from '../../domain/appointment/appointment.ts';
import type { AllowedAction } from '../../domain/appointment/appointment.ts';
import { isLateCancel } from '../../domain/appointment/appointment-events.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AppointmentView } from '../../workflows/messages/appointment.ts';
import type { RequestContext } from '../context.ts';

export interface LinkedVisit {
  readonly token: string;
  readonly verdict: VisitTokenVerdict;
  /** A link to the visit as it is now; the same recipient's, so that it gives nothing new away. */
  readonly currentToken: string;
  /** The way into a visit by video; its own page says when it opens. */
  readonly joinPath: string | null;
  readonly appointment: AppointmentView;
  readonly allowed: readonly AllowedAction[];
  readonly nextReminderAt: Date | null;
  /** Unconfirmed then, the time is given to somebody else (B17). */
  readonly confirmBy: Date | null;
  readonly lateIfCancelledNow: boolean;
  readonly cancelNoticeMinutes: number;
  readonly cancelledBy: string | null;
  readonly at: Date;
  readonly patientLanguage: string;
  readonly patientTimeZone: string | null;
  readonly clinic: { readonly name: string; readonly language: string };
  readonly location: { readonly name: string; readonly lines: readonly string[]; readonly phone: string | null } | null;
  readonly actor: Actor;
}

/**
 * Reads the link and makes the request its patient's.
 * @throws DomainError `token-invalid`: not ours, not for this patient, or nothing there; nobody learns which
 */
export async function openLink(
  context: RequestContext,
  token: string,
  kind: VisitTokenKind = 'visit',
): Promise<LinkedVisit> {
  const claims = readVisitToken(token);
  if (claims === null || claims.kind !== kind) throw new DomainError('token-invalid');
  const { keys, db } = context.ports;
  return withOrganization(db, claims.organizationId, async (trx) => {
    const at = await databaseTime(trx);
    const settled = await stateToJudge(trx, claims.appointmentId, at.getTime());
    const recipient = settled === null ? '' : patientRecipient(settled.appointment.patientId);
    // Written before a merge, a link names the chart that went into this one (F9).
    const recipients =
      settled === null ? [''] : (await chartsOf(trx, settled.appointment.patientId)).map(patientRecipient);
    const valid = recipients.filter((one) => verifyVisitToken(keys.tokenSecret, token, one) !== null).length > 0;
    if (!valid || settled === null) {
      throw new DomainError('token-invalid');
    }
    const { appointment, facts, timers } = settled;
    const about = await trx('appointment as a')
      .join('patient as p', 'p.id', 'a.patient_id')
      .join('organization as o', 'o.id', 'a.organization_id')
      .leftJoin('location as l', 'l.id', 'a.location_id')
      .where('a.id', appointment.id)
      .first<About>(
        'a.cancelled_by',
        'p.language',
        'p.time_zone',
        'o.name as clinic',
        'o.default_locale',
        'l.name as location',
        'l.address',
        'l.phone',
      );
    const actor: Actor = {
      kind: 'patient',
      ref: recipient,
      patientId: appointment.patientId,
      permissions: linkPermissions,
      requestId: context.requestId,
      ip: context.ip,
    };
    context.actAs(claims.organizationId, actor);
    context.concerns({ entityId: appointment.id, patientId: appointment.patientId });
    const startAt = appointment.start === null ? null : new Date(appointment.start);
    const reminder = timers.find(({ name }) => name.startsWith('reminder:'));
    const deadline = timers.find(({ name, detail }) => name === 'confirmation' && detail?.['event'] === 'unconfirmed');
    return {
      token,
      verdict: judgeVisitToken(claims, { version: appointment.version, startAt }, at),
      currentToken: signVisitToken(
        keys.tokenSecret,
        { ...claims, kind: 'visit', version: appointment.version },
        recipient,
      ),
      joinPath:
        appointment.mode === 'video'
          ? `/join/${signVisitToken(keys.tokenSecret, { ...claims, kind: 'join', version: appointment.version }, recipient)}`
          : null,
      appointment,
      allowed: allowedActions(facts, { at: at.getTime(), actor }),
      nextReminderAt: reminder === undefined ? null : new Date(reminder.dueAt),
      confirmBy: deadline === undefined ? null : new Date(deadline.dueAt),
      lateIfCancelledNow: isLateCancel(facts, at.getTime()),
      cancelNoticeMinutes: facts.rules.cancelNoticeMinutes,
      cancelledBy: about.cancelled_by,
      at,
      patientLanguage: about.language,
      patientTimeZone: about.time_zone,
      clinic: { name: about.clinic, language: about.default_locale },
      location:
        about.location === null
          ? null
          : { name: about.location, lines: addressLines(about.address), phone: about.phone },
      actor,
    };
  });
}

/** What the holder of a link may do, about this one visit: nothing that reads or changes anything else. */
const linkPermissions = [
  'own-appointment:read',
  'own-appointment:confirm',
  'own-appointment:cancel',
  'own-appointment:reschedule',
  'own-appointment:book',
];

interface About {
  readonly cancelled_by: string | null;
  readonly language: string;
  readonly time_zone: string | null;
  readonly clinic: string;
  readonly default_locale: string;
  readonly location: string | null;
  readonly address: Readonly<Record<string, unknown>> | null;
  readonly phone: string | null;
}
