/** After the storm: is everything that was acknowledged there, once, and nothing that was refused? */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAnchors } from '../../db/audit/audit-anchor.ts';
import { verifyChain } from '../../db/audit/audit-seal.ts';
import { connect, type Db } from '../../db/connection.ts';
import { organizationIds } from '../../db/organizations.ts';
import { request } from '../client/clinic-client.ts';
import { diagnose, type Diagnosis } from '../doctor/diagnose.ts';
import { connectEngine } from '../doctor/engine.ts';
import type { ChaosClinic } from './clinic.ts';
import type { AcknowledgedView, Traffic } from './traffic.ts';
import { look } from './watch.ts';

export interface Verified {
  readonly readBack: number;
  readonly visits: number;
  readonly workflows: number;
  readonly links: number;
  readonly mails: Mails;
  readonly quietAfterMs: number;
}

export interface Mails {
  readonly delivered: number;
  /** Delivered again under the same Message-ID, because a sender died between DATA and its record. */
  readonly repeated: number;
}

export async function verifyAll(on: ChaosClinic, traffic: Traffic, quietWithinMs = 120_000): Promise<Verified> {
  const { clinic } = on;
  const open = (role: 'migrator' | 'worker' | 'auditor'): Db =>
    connect({ url: clinic.database[role], applicationName: 'chaos-verify', poolMax: 4, statementTimeoutMs: 120_000 });
  const [owner, worker, auditor] = [open('migrator'), open('worker'), open('auditor')];
  try {
    await clinic.whenReady(undefined, 60_000).catch((error: unknown) => {
      traffic.violated('recovery', (error as Error).message.split('\n')[0] ?? '');
    });
    const since = performance.now();
    const diagnosis = await quiet(on, worker, auditor, quietWithinMs);
    for (const { kind, subject, detail } of [
      ...diagnosis.findings,
      ...diagnosis.organizations.flatMap(({ findings }) => findings),
    ])
      traffic.violated('doctor', `${kind} ${subject}: ${detail}`);
    const quietAfterMs = performance.now() - since;
    await look(owner, traffic);
    const readBack = await readBackAll(on, traffic);
    const visits = await compareWithHistory(owner, traffic);
    const links = await verifyAudit(on, auditor, traffic);
    const mails = await compareMails(on, owner, traffic);
    return { readBack, visits, workflows: diagnosis.workflows, links, mails, quietAfterMs };
  } finally {
    await Promise.all([owner.destroy(), worker.destroy(), auditor.destroy()]);
  }
}

/** The doctor is asked again until it finds nothing: what was interrupted needs its time-outs before it goes on. */
async function quiet(on: ChaosClinic, db: Db, auditDb: Db, withinMs: number): Promise<Diagnosis> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const engine = await connectEngine(on.config, on.keys);
    try {
      const diagnosis = await diagnose({ db, auditDb, engine }, { sample: 300 });
      if (diagnosis.drift === 0 || performance.now() > deadline) return diagnosis;
    } finally {
      await engine.close();
    }
    await sleep(2_000);
  }
}

/** Every acknowledged visit is read over HTTP: as it was acknowledged last, or further on. */
async function readBackAll({ clinic, people }: ChaosClinic, traffic: Traffic): Promise<number> {
  const last = new Map<string, AcknowledgedView>();
  for (const { view } of traffic.known) {
    if (view !== null && (last.get(view.id)?.revision ?? -1) <= view.revision) last.set(view.id, view);
  }
  const queue = [...last.values()];
  const lane = async (): Promise<void> => {
    for (let view = queue.pop(); view !== undefined; view = queue.pop()) {
      const { status, body } = await request(
        clinic.addresses.api,
        people.desk.token,
        'GET',
        `/appointments/${view.id}`,
      );
      const now = body as unknown as AcknowledgedView;
      if (status !== 200 || now.revision < view.revision) {
        traffic.violated(
          'acknowledged',
          `${view.id} at revision ${view.revision} is read as ${status}, ${now.revision}`,
        );
      } else if (
        now.revision === view.revision &&
        (now.status !== view.status || now.start !== view.start || now.version !== view.version)
      ) {
        traffic.violated(
          'acknowledged',
          `${view.id} was ${view.status} ${view.start} and is ${now.status} ${now.start}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  return last.size;
}

/** By the key of each step: the acknowledged are in the history of their visit, the refused are nowhere. */
async function compareWithHistory(owner: Db, traffic: Traffic): Promise<number> {
  const rows = await owner('state_change')
    .where({ aggregate: 'appointment' })
    .whereNotNull('op_key')
    .distinct<{ op_key: string; aggregate_id: string }[]>('op_key', 'aggregate_id');
  const recorded = new Set(rows.map(({ op_key, aggregate_id }) => `${aggregate_id} ${op_key}`));
  const acknowledged = new Set<string>();
  for (const { step, status } of traffic.known)
    if (status < 400) acknowledged.add(`${step.appointmentId} ${step.operationKey}`);
  const existing = new Set((await owner('appointment').select<{ id: string }[]>('id')).map(({ id }) => id));
  for (const { step, status, code } of traffic.known) {
    const name = `${step.appointmentId} ${step.operationKey}`;
    if (status < 400 && !recorded.has(name))
      traffic.violated('acknowledged', `${step.what} ${step.appointmentId} was answered ${status} and is not recorded`);
    // The same key was acknowledged: this answer was to another body, or to a link that was pressed again.
    if (status < 400 || acknowledged.has(name)) continue;
    if (recorded.has(name))
      traffic.violated('refused', `${step.what} ${step.appointmentId} was answered ${status} ${code} and happened`);
    const wasBooking = step.what === 'book' || step.what === 'hold';
    if (wasBooking && existing.has(step.appointmentId))
      traffic.violated('I4', `${step.what} ${step.appointmentId} was refused, ${code}, and left a row`);
  }
  return existing.size;
}

/** What is marked sent was delivered; what was delivered belongs to a message on file, one Message-ID each. */
async function compareMails({ clinic }: ChaosClinic, owner: Db, traffic: Traffic): Promise<Mails> {
  const lines = readFileSync(join(clinic.home, 'mail.jsonl'), 'utf8').trim().split('\n');
  const times = new Map<string, number>();
  for (const line of lines.filter((text) => text !== '')) {
    const { messageId } = JSON.parse(line) as { messageId: string };
    times.set(messageId, (times.get(messageId) ?? 0) + 1);
  }
  const rows = await owner('notification').whereNotNull('message_id').select<{ message_id: string; state: string }[]>('message_id', 'state'); // prettier-ignore
  const onFile = new Set(rows.map(({ message_id }) => message_id));
  for (const { message_id, state } of rows)
    if (state === 'sent' && !times.has(message_id))
      traffic.violated('mail', `${message_id} is marked sent and never came`);
  for (const messageId of times.keys())
    if (!onFile.has(messageId)) traffic.violated('mail', `${messageId} came and is not on file`);
  return { delivered: times.size, repeated: [...times.values()].reduce((sum, count) => sum + count - 1, 0) };
}

async function verifyAudit({ config, keys }: ChaosClinic, auditor: Db, traffic: Traffic): Promise<number> {
  let sealed = 0;
  for (const organizationId of await organizationIds(auditor)) {
    const anchors = await readAnchors(config.anchorDirectory, keys.anchorPublicKeyPem, organizationId);
    const { links, fault } = await verifyChain(auditor, organizationId, keys.auditSecret, anchors);
    sealed += links;
    if (fault !== null) traffic.violated('I12', `audit chain: ${JSON.stringify(fault)}`);
  }
  return sealed;
}
