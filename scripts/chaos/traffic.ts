/**
 * What clients of a chaos run have in common: each step carries one Idempotency-Key, is repeated with it until the truth is
 * known, and is written down as invoked, unknown, acknowledged or refused.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { operationIdOf } from '../../api/idempotency.ts';
import { appointmentOperationKey } from '../../workflows/messages/appointment.ts';
import { request, type Reply } from '../client/clinic-client.ts';
import type { ChaosClinic, Person } from './clinic.ts';

/** One thing a client wants. `appointmentId` is known beforehand also for a booking: it derives from the key. */
export interface Step {
  readonly what: string;
  readonly appointmentId: string;
  /** What the change is recorded under in Postgres (scheduling-intake.md B4). */
  readonly operationKey: string;
  /** A link's step is the same operation for whoever presses it. */
  readonly byLink: boolean;
  send(): Promise<Reply>;
}

/** What is known in the end. `view` is the body of a 2xx, null for a link's page. */
export interface Known {
  readonly step: Step;
  readonly status: number;
  readonly code: string | null;
  readonly view: AcknowledgedView | null;
  readonly body: Reply['body'];
  /** Whether at least one try ended in 503 or silence. */
  readonly wasUnknown: boolean;
}

export interface AcknowledgedView {
  readonly id: string;
  readonly status: string;
  readonly start: string | null;
  readonly version: number;
  readonly revision: number;
  readonly patientId: string;
}

export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

export interface Traffic {
  /** Requests that were sent and not answered. */
  inFlight(): number;
  readonly requests: () => number;
  readonly known: readonly Known[];
  readonly violations: Violation[];
  /** How often each status and code was answered. */
  readonly answers: ReadonlyMap<string, number>;
  /** Repeats until the truth is known. @returns null when it never was: a violation, unless the run was aborted */
  perform(step: Step): Promise<Known | null>;
  violated(rule: string, detail: string): void;
  /** Called with performance.now() of every 2xx. */
  onAcknowledged(listener: (at: number) => void): void;
}

export interface TrafficOptions {
  /** After this long without a certain answer a client is stuck. Default 120 s. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each violation when it is found. */
  readonly onViolation?: ((violation: Violation) => void) | undefined;
}

export function createTraffic({ patienceMs = 120_000, signal, onViolation }: TrafficOptions = {}): Traffic {
  let inFlight = 0;
  let requests = 0;
  const known: Known[] = [];
  const violations: Violation[] = [];
  const answers = new Map<string, number>();
  const listeners: ((at: number) => void)[] = [];
  const violated = (rule: string, detail: string): void => {
    violations.push({ rule, detail });
    onViolation?.({ rule, detail });
  };

  async function once(step: Step): Promise<Reply | null> {
    requests += 1;
    inFlight += 1;
    try {
      return await step.send();
    } catch {
      return null;
    } finally {
      inFlight -= 1;
    }
  }

  function note(reply: Reply | null): void {
    const name = reply === null ? 'no answer' : `${reply.status} ${codeOf(reply) ?? ''}`.trim();
    answers.set(name, (answers.get(name) ?? 0) + 1);
  }

  return {
    inFlight: () => inFlight,
    requests: () => requests,
    known,
    violations,
    answers,
    violated,
    onAcknowledged: (listener) => listeners.push(listener),
    async perform(step) {
      const deadline = performance.now() + patienceMs;
      for (let tries = 1; ; tries += 1) {
        const reply = await once(step);
        note(reply);
        if (reply !== null && reply.status < 400) for (const listener of listeners) listener(performance.now());
        if (reply !== null && reply.status >= 500 && reply.status !== 503)
          violated('answers', `${step.what} ${step.appointmentId} was answered ${reply.status} ${codeOf(reply) ?? ''}`);
        if (reply !== null && isCertain(reply)) {
          const code = codeOf(reply);
          const view = reply.status < 300 && !step.byLink ? (reply.body as unknown as AcknowledgedView) : null;
          const result = { step, status: reply.status, code, view, body: reply.body, wasUnknown: tries > 1 };
          known.push(result);
          return result;
        }
        if (signal?.aborted === true) return null;
        if (performance.now() > deadline) {
          violated('never stuck', `${step.what} ${step.appointmentId} had no certain answer in ${patienceMs / 1000} s`);
          return null;
        }
        await sleep(Math.min(100 * 2 ** Math.min(tries, 4), 1_000));
      }
    },
  };
}

const isCertain = ({ status, body }: Reply): boolean =>
  status < 500 && !(status === 429 && body['code'] === 'rate-limited');

const codeOf = ({ body }: Reply): string | null => (typeof body['code'] === 'string' ? body['code'] : null);

const timeoutMs = 12_000;

export function bookingStep(
  { clinic, place }: ChaosClinic,
  who: Person,
  key: string,
  body: Readonly<Record<string, unknown>>,
): Step {
  const { organizationId } = place;
  const appointmentId = operationIdOf({ organizationId, principal: who.ref, route: 'POST /appointments', idempotencyKey: key }); // prettier-ignore
  return {
    what: body['hold'] === true ? 'hold' : 'book',
    appointmentId,
    operationKey: appointmentOperationKey(appointmentId, 'create'),
    byLink: false,
    send: () => request(clinic.addresses.api, who.token, 'POST', '/appointments', { key, body, timeoutMs }),
  };
}

export function actionStep(
  { clinic, place }: ChaosClinic,
  who: Person,
  key: string,
  appointmentId: string,
  action: string,
  body: Readonly<Record<string, unknown>>,
): Step {
  const { organizationId } = place;
  const operationId = operationIdOf({ organizationId, principal: who.ref, route: 'POST /appointments/:id/:action', idempotencyKey: key }); // prettier-ignore
  const path = `/appointments/${appointmentId}/${action}`;
  return {
    what: action,
    appointmentId,
    operationKey: appointmentOperationKey(appointmentId, operationId),
    byLink: false,
    send: () => request(clinic.addresses.api, who.token, 'POST', path, { key, body, timeoutMs }),
  };
}

/** A press on the page behind the link of a message: no sign-in, the link is the key. */
export function linkStep(
  { clinic }: ChaosClinic,
  appointmentId: string,
  token: string,
  action: 'confirm' | 'cancel',
): Step {
  const digest = createHash('sha256').update(`${token}/${action}`).digest('base64url');
  return {
    what: `link ${action}`,
    appointmentId,
    operationKey: appointmentOperationKey(appointmentId, `link:${digest}`),
    byLink: true,
    async send() {
      const response = await fetch(`${clinic.addresses.web}/v/${token}/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: action === 'cancel' ? 'reason=patient-better' : '',
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.arrayBuffer();
      return { status: response.status, body: {}, headers: response.headers };
    },
  };
}
