/** What may never be found after a waitlist run: every word that was answered, against what the database has in the end. */
import type { Db } from '../../db/connection.ts';
import type { Traffic } from './traffic.ts';
import type { Answered } from './waitlist-offers.ts';

interface OfferNow {
  readonly id: string;
  readonly opening_id: string;
  readonly state: string;
  readonly answered_at: Date | null;
  readonly expires_at: Date;
  /** Of the visit that filled the opening. */
  readonly status: string | null;
  readonly reserved: boolean;
  readonly filled_patient_id: string | null;
  readonly opening_state: string;
}

/** Refusals of a live offer that are no lack of its time: somebody was faster, or the patient has another visit then. */
const otherwise: ReadonlySet<string> = new Set(['accepted', 'declined', 'withdrawn', 'superseded']);

/**
 * C5: whoever was told "accepted" has the visit; whoever answered in time was not refused for lack of the time; whoever
 * was late was refused. @returns how many were told "accepted" and have no visit
 */
export async function judgeAnswers(db: Db, answers: readonly Answered[], traffic: Traffic): Promise<number> {
  const { rows } = await db.raw<{ rows: OfferNow[] }>(
    `SELECT f.id, f.opening_id, f.state, f.answered_at, f.expires_at, a.status, a.patient_id AS filled_patient_id, o.state AS opening_state,
       EXISTS (SELECT 1 FROM reservation v WHERE v.appointment_id = a.id AND v.released_at IS NULL) AS reserved
     FROM waitlist_offer f JOIN opening o ON o.id = f.opening_id LEFT JOIN appointment a ON a.id = o.filled_appointment_id`,
  );
  const now = new Map(rows.map((row) => [row.id, row]));
  let unavailable = 0;
  const violated = (answer: Answered, detail: string): void =>
    traffic.violated('C5', `${answer.habit}: offer ${answer.offer.id}, answered ${answer.known.status} ${answer.known.code ?? ''}: ${detail}`); // prettier-ignore
  for (const answer of answers) {
    const { offer, action, known, sentAt, answeredAt } = answer;
    const found = now.get(offer.id);
    if (found === undefined) {
      violated(answer, 'there is no such offer');
      continue;
    }
    if (known.status < 300 && action !== 'decline') {
      const stands = found.opening_state === 'filled' && (found.status !== 'booked' || found.reserved);
      const whose = action === 'accept' ? found.state === 'accepted' : true;
      if (!stands || !whose) {
        unavailable += 1;
        violated(answer, `the offer is ${found.state}, the time ${found.opening_state}, its visit ${found.status}`);
      }
      if (found.state === 'accepted' && found.answered_at !== null && found.answered_at >= found.expires_at)
        violated(answer, 'it was accepted after its end');
      continue;
    }
    if (known.status < 300 && found.state !== 'declined') violated(answer, `the offer is ${found.state}`);
    if (known.status < 300 || action !== 'accept' || known.code === 'patient-overlap') continue;
    if (known.status === 410 || known.code === 'invalid-transition') {
      // Refused while it stood, and nobody else had answered it.
      if (answeredAt < offer.expiresAt && sentAt < offer.expiresAt && !otherwise.has(found.state))
        violated(answer, `${offer.expiresAt - answeredAt} ms before its end, and the offer is ${found.state}`);
      continue;
    }
    unavailable += 1;
    violated(answer, 'a live offer is not refused this way');
  }
  return unavailable;
}

/** The other side: what counts as filled is booked, unless it was cancelled or moved since; each by one word only. */
export async function filledTimesAreBooked(db: Db, traffic: Traffic): Promise<void> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `SELECT o.id FROM opening o JOIN appointment a ON a.id = o.filled_appointment_id
     WHERE o.state = 'filled' AND a.status = 'booked' AND a.start_at = o.start_at
       AND NOT EXISTS (SELECT 1 FROM reservation v WHERE v.appointment_id = a.id AND v.released_at IS NULL)
     UNION ALL
     SELECT o.id FROM opening o WHERE o.state IN ('filled', 'released', 'closed')
       AND EXISTS (SELECT 1 FROM reservation v WHERE v.opening_id = o.id AND v.kind = 'offer' AND v.released_at IS NULL)
     UNION ALL
     SELECT o.id FROM opening o WHERE o.state <> 'filled' AND EXISTS (SELECT 1 FROM waitlist_offer f WHERE f.opening_id = o.id AND f.state = 'accepted')`,
  );
  for (const { id } of rows) traffic.violated('C5', `freed time ${id} and what is reserved for it do not agree`);
}
