/** A clinic with one patient and one visit, and a clock that stands still until it is moved. */
import { randomUUID } from 'node:crypto';
import knex from 'knex';
import { pino } from 'pino';
import { smtpChannel } from '../../activities/adapters/smtp.ts';
import type { Channels } from '../../activities/channels.ts';
import { deliverNext, outboxTiming } from '../../activities/outbox-delivery.ts';
import type { OutboxTiming, Turn } from '../../activities/outbox-delivery.ts';
import { deliveryPorts } from '../../activities/outbox-sender.ts';
import type { OutboxSenderPorts } from '../../activities/outbox-sender.ts';
import { connect } from '../../db/connection.ts';
import type { Db, Trx } from '../../db/connection.ts';
import { queueMessage } from '../../db/outbox.ts';
import type { OutboxMessage } from '../../db/outbox.ts';
import { withTransaction } from '../../db/transaction.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import type { SmtpSink } from '../support/smtp-sink.ts';
import { createTestDatabase } from '../support/test-postgres.ts';
import type { TestDatabase } from '../support/test-postgres.ts';

/** Words that must never be in a message (I24). */
export const secrets = ['Oncology', 'Chemotherapy', 'Psychiatry', 'Dr. Alma Reyes', 'Zebedee', 'relapse'];
export const publicUrl = 'https://clinic.example.org';
export const tokenSecret = new Uint8Array(32).fill(3);
const from = 'Harbor Clinic <no-reply@clinic.example.org>';

export interface Outbox {
  readonly database: TestDatabase;
  readonly db: Db;
  readonly sink: SmtpSink;
  readonly organizationId: string;
  readonly locationId: string;
  readonly clock: { at: Date; now(): Promise<Date> };
  readonly ports: OutboxSenderPorts;
  inOrganization<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** A patient with a visit; both as columns. */
  visit(change?: {
    patient?: Readonly<Record<string, unknown>>;
    appointment?: Readonly<Record<string, unknown>>;
  }): Promise<{ patientId: string; appointmentId: string }>;
  queue(visit: { patientId: string; appointmentId: string }, message?: Partial<OutboxMessage>): Promise<string>;
  row(id: string): Promise<Record<string, unknown>>;
  tasks(appointmentId: string): Promise<{ kind: string; params: Record<string, unknown> }[]>;
  /** Turns until nothing is due at the clock's present. */
  drain(options?: { channels?: Channels; timing?: Partial<OutboxTiming> }): Promise<Turn[]>;
  close(): Promise<void>;
}

export async function createOutbox(): Promise<Outbox> {
  const database = await createTestDatabase();
  const sink = await startSmtpSink();
  const db = connect({ url: database.urls.worker, applicationName: 'test-outbox', poolMax: 6 });
  const organizationId = randomUUID();
  const locationId = randomUUID();
  const visitTypeId = randomUUID();
  const practitionerId = randomUUID();
  const owner = knex({ client: 'pg', connection: database.urls.migrator, pool: { min: 0, max: 1 } });
  await owner('organization').insert({ id: organizationId, name: 'Harbor Clinic', default_locale: 'en' });
  await owner.destroy();
  const inOrganization: Outbox['inOrganization'] = (work) => withTransaction(db, { organizationId }, work);
  await inOrganization(async (trx) => {
    await trx('location').insert({
      id: locationId,
      organization_id: organizationId,
      name: 'Harbor Clinic Downtown',
      time_zone: 'America/New_York',
      address: JSON.stringify({ line: ['1 Pier Road'], city: 'Boston', state: 'MA', postalCode: '02110' }),
      phone: '+1 617 555 0100',
    });
    await trx('resource').insert({
      id: practitionerId,
      organization_id: organizationId,
      kind: 'provider',
      name: secrets[3],
      specialty: secrets[2],
      location_id: locationId,
    });
    await trx('visit_type').insert({
      id: visitTypeId,
      organization_id: organizationId,
      code: 'ONC',
      name: JSON.stringify({ en: `${secrets[0]}: ${secrets[1]}`, es: `${secrets[0]}: ${secrets[1]}` }),
      duration_minutes: 30,
    });
  });
  const clock = { at: new Date('2027-03-14T14:00:00Z'), now: async () => clock.at };
  const ports: OutboxSenderPorts = {
    db,
    clock,
    log: pino({ level: 'silent' }),
    keys: { tokenSecret },
    config: { publicUrl, smtp: { url: sink.url, from } },
  };
  let number = 0;

  return {
    database,
    db,
    sink,
    organizationId,
    locationId,
    clock,
    ports,
    inOrganization,
    async visit(change = {}) {
      number += 1;
      const n = number;
      const patientId = randomUUID();
      const appointmentId = randomUUID();
      await inOrganization(async (trx) => {
        await trx('patient').insert({
          id: patientId,
          organization_id: organizationId,
          mrn: `M${n}`,
          family: secrets[4],
          given: ['Ana'],
          language: 'en',
          email: `patient${n}@example.org`,
          phone: '+16175550123',
          ...change.patient,
        });
        await trx('appointment').insert({
          id: appointmentId,
          organization_id: organizationId,
          patient_id: patientId,
          visit_type_id: visitTypeId,
          practitioner_id: practitionerId,
          location_id: locationId,
          mode: 'in-person',
          status: 'booked',
          start_at: new Date('2027-03-17T14:00:00Z'),
          end_at: new Date('2027-03-17T14:30:00Z'),
          local_start: '2027-03-17 10:00:00',
          tz: 'America/New_York',
          booked_at: new Date('2027-03-01T14:00:00Z'),
          overbook_reason: secrets[5],
          ...change.appointment,
        });
      });
      return { patientId, appointmentId };
    },
    async queue({ patientId, appointmentId }, message = {}) {
      const dedupeKey = `test:${randomUUID()}`;
      await inOrganization((trx) =>
        queueMessage(trx, {
          organizationId,
          dedupeKey,
          aggregate: 'appointment',
          aggregateId: appointmentId,
          aggregateVersion: 0,
          kind: 'reminder',
          channel: 'email',
          toRef: `patient:${patientId}`,
          patientId,
          dueAt: clock.at,
          ...message,
        }),
      );
      const row = await inOrganization((trx) => trx('notification').where({ dedupe_key: dedupeKey }).first('id'));
      return (row as { id: string }).id;
    },
    row: (id) => inOrganization((trx) => trx('notification').where({ id }).first()),
    tasks: (appointmentId) =>
      inOrganization((trx) =>
        trx('staff_task').where({ subject_id: appointmentId }).orderBy('created_at').select('kind', 'params'),
      ),
    async drain({ channels, timing } = {}) {
      const email = channels?.email ?? smtpChannel({ url: sink.url, from, timeoutMs: 2_000 });
      const delivery = deliveryPorts({ ...ports, channels: channels ?? { email } });
      const turns: Turn[] = [];
      for (;;) {
        const turn = await deliverNext(delivery, organizationId, { ...outboxTiming, ...timing });
        if (turn === 'idle') break;
        turns.push(turn);
      }
      if (channels === undefined) email.close();
      return turns;
    },
    async close() {
      await db.destroy();
      await sink.stop();
      await database.drop();
    },
  };
}
