/** Two charts become one and two again, on a real database (F9): what moves, what stays, what stands against it. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chartsOf, survivingChart } from '../../db/charts/charts.ts';
import { consentRecordsOf } from '../../db/patients/consents.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { lookForMatches, openMatchesOf, resolveMatch } from '../../db/identity/identity-matches.ts';
import { mergedMrnSystem } from '../../db/identity/patient-merge-steps.ts';
import { mergeSteps, movingTables, patientTables } from '../../db/identity/patient-merge-tables.ts';
import {
  beginMerge,
  finishMerge,
  stepMerge,
  unmerge,
  abandonMerge,
  undoneCounts,
} from '../../db/identity/patient-merges.ts';
import { findPatients, indexPatientSearch } from '../../db/patients/patient-search.ts';
import { tables } from '../../db/tables.ts';
import { systemActor } from '../../domain/actor.ts';
import type { Actor } from '../../domain/actor.ts';
import { mergeOperationKey } from '../../workflows/messages/patient-merge.ts';
import type { MergeStart, UnmergeStart } from '../../workflows/messages/patient-merge.ts';
import { codeOf, createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ patients: 0 });
});
afterAll(async () => {
  // Written past their process, so without its history.
  await clinic.owner('waitlist_entry_visit_type').delete();
  await clinic.owner('waitlist_entry').delete();
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

const reviewer: Actor = {
  ...staffActor,
  permissions: [...staffActor.permissions, 'identity:review', 'identity:merge'],
};
let week = 0;
beforeEach(() => void (week += 1));
const slot = (hour: number): string => new Date(Date.UTC(2027, 2, 15 + 7 * week, hour)).toISOString();

function startOf(survivorId: string, mergedId: string, actor: Actor = reviewer): MergeStart {
  const mergeId = randomUUID();
  const operation = { key: mergeOperationKey(mergeId, 'begin'), inputHash: 'hash' };
  return {
    organizationId: clinic.organizationId,
    mergeId,
    survivorId,
    mergedId,
    matchId: null,
    automatic: false,
    reason: 'the same person',
    operation,
    actor,
  };
}

async function merge(start: MergeStart): Promise<MergeStart> {
  await beginMerge(clinic.ports, start);
  for (const step of mergeSteps) await stepMerge(clinic.ports, { ...start, step });
  await finishMerge(clinic.ports, start);
  return start;
}

function undoOf({ organizationId, mergeId }: MergeStart): UnmergeStart {
  const unmergeId = randomUUID();
  const operation = { key: mergeOperationKey(mergeId, unmergeId), inputHash: 'hash' };
  return { organizationId, mergeId, unmergeId, reason: 'two people', operation, actor: reviewer };
}

/** Every value that names either chart, but for versions and append-only histories. */
async function picture(...patients: string[]): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const [table] of movingTables('sweep'))
    seen[table] = await clinic.owner(table).whereIn('patient_id', patients).orderByRaw('1, 2, 3').select('*');
  seen['patient'] = await clinic.owner('patient').whereIn('id', patients).orderBy('id')
    .select('id', 'active', 'merged_into', 'family', 'mrn'); // prettier-ignore
  seen['reservation'] = await clinic.owner('reservation').whereIn('resource_id', patients).orderBy('id').select('*');
  seen['patient_search'] = await clinic.owner('patient_search').whereIn('patient_id', patients)
    .orderBy(['patient_id', 'token']).select('patient_id', 'token'); // prettier-ignore
  seen['consent'] = (
    await clinic.owner.raw<{ rows: unknown[] }>(
      `SELECT DISTINCT ON (patient_id, channel, category) patient_id, channel, category, permitted FROM contact_consent
       WHERE patient_id = ANY(?) ORDER BY patient_id, channel, category, id DESC`,
      [patients],
    )
  ).rows.filter((row) => !(row as { permitted: boolean }).permitted);
  return seen;
}

const index = (...ids: string[]) => clinic.read((trx) => indexPatientSearch(trx, clinic.organizationId, ids));

async function person(family = 'Casares'): Promise<string> {
  const id = await clinic.addPatient({ family, given: ['Ana'] });
  const of = { organization_id: clinic.organizationId, patient_id: id };
  await clinic.owner('patient_name').insert({ ...of, use: 'official', family, given: ['Ana'] });
  await index(id);
  return id;
}

describe('the list of tables', () => {
  it('names every table of the catalogue that names a patient, with its key, and the worker may change each that moves', async () => {
    const found = await clinic.owner.raw<{ rows: { name: string; key: string[]; allowed: boolean }[] }>(
      `SELECT c.relname AS name, has_table_privilege('worker', c.oid, 'UPDATE') AS allowed,
              ARRAY(SELECT k.attname::text FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY u(n, o)
                    JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = u.n WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY u.o) AS key
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'patient_id' AND NOT a.attisdropped
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
    );
    expect(found.rows.map(({ name }) => name)).toEqual(Object.keys(patientTables).toSorted());
    for (const { name, key, allowed } of found.rows) {
      const rule = patientTables[name]!;
      if (rule.rule !== 'moves') continue;
      expect({ name, key, allowed }).toEqual({ name, key: [...rule.key], allowed: true });
    }
    expect(Object.keys(patientTables).filter((name) => !(name in tables))).toEqual([]);
  });
});

describe('merging and undoing', () => {
  it('moves a visit with its place in the calendar, and it is rescheduled afterwards as the survivor’s', async () => {
    const [stays, goes] = [await person(), await person()];
    const booked = await clinic.open({ start: slot(14), patientId: goes });
    const id = booked.appointment.id;
    await merge(startOf(stays, goes));
    expect(await clinic.owner('appointment').where({ id }).first('patient_id')).toEqual({ patient_id: stays });
    await clinic.act(id, 'reschedule', { slot: { start: slot(16), practitionerId: clinic.providers[0]! } });
    const live = await clinic.owner('reservation').where({ appointment_id: id }).whereNull('released_at')
      .orderBy('role').select('role', 'resource_id'); // prettier-ignore
    expect(live.find((row) => row.role === 'patient')).toMatchObject({ resource_id: stays });
    // Whoever tries to book for the merged chart is told, and cannot make a second visit at the time of the first.
    expect(await codeOf(clinic.open({ start: slot(18), patientId: goes }))).toBe('patient-not-eligible');
    expect(await codeOf(clinic.open({ start: slot(16), patientId: stays }))).not.toBeNull();
  });

  it('the survivor is found by the other’s names and record number, the merged chart no more', async () => {
    const [stays, goes] = [await person('Casares'), await person('Quevedo')];
    await merge(startOf(stays, goes));
    const find = (word: string) =>
      clinic.read((trx) => findPatients(trx, clinic.organizationId, { query: [[word]], limit: 10 }));
    expect((await find('quevedo')).map(({ id }) => id)).toEqual([stays]);
    const { mrn } = await clinic.owner('patient').where({ id: goes }).first('mrn');
    expect(
      await clinic.owner('patient_identifier').where({ patient_id: stays, system: mergedMrnSystem }).first('value'),
    ).toEqual({ value: mrn });
    expect(await clinic.read((trx) => chartsOf(trx, stays))).toEqual([stays, goes]);
    expect(await clinic.read((trx) => survivingChart(trx, goes))).toBe(stays);
  });

  it('two accounts lead to the one chart, and back', async () => {
    const [stays, goes] = [await person(), await person()];
    const account = async (patientId: string) => {
      const id = randomUUID();
      await clinic.owner('app_user').insert({
        id,
        organization_id: clinic.organizationId,
        kind: 'patient',
        email: `${id}@example.org`,
        display_name: 'Ana',
        patient_id: patientId,
      });
      return id;
    };
    const [one, other] = [await account(stays), await account(goes)];
    const start = await merge(startOf(stays, goes));
    const chart = async (id: string) => (await clinic.owner('app_user').where({ id }).first('patient_id')).patient_id;
    expect([await chart(one), await chart(other)]).toEqual([stays, stays]);
    await unmerge(clinic.ports, undoOf(start));
    expect([await chart(one), await chart(other)]).toEqual([stays, goes]);
  });

  it('a refusal to be written to is kept by whoever survives, and given back', async () => {
    const [stays, goes] = [await person(), await person()];
    await clinic.owner('contact_consent').insert({
      organization_id: clinic.organizationId,
      patient_id: goes,
      channel: 'email',
      category: 'appointment',
      permitted: false,
      actor: 'test',
    });
    const last = async () =>
      (
        await clinic
          .owner('contact_consent')
          .where({ patient_id: stays, channel: 'email' })
          .orderBy('id', 'desc')
          .first('permitted')
      )?.permitted;
    const start = await merge(startOf(stays, goes));
    expect(await last()).toBe(false);
    await unmerge(clinic.ports, undoOf(start));
    expect(await last()).toBe(true);
  });

  it('what came after the merge stays where it was written; what changed since stays as it is', async () => {
    const [stays, goes] = [await person(), await person()];
    const contact = async (patientId: string) => {
      const of = { organization_id: clinic.organizationId, patient_id: patientId };
      const [row] = await clinic
        .owner('patient_contact')
        .insert({ ...of, relationship: 'mother', name: 'M' })
        .returning('id');
      return row.id as string;
    };
    const [kept, removed] = [await contact(goes), await contact(goes)];
    const start = await merge(startOf(stays, goes));
    const later = await contact(stays);
    await clinic.owner('patient_contact').where({ id: removed }).delete();
    await unmerge(clinic.ports, undoOf(start));
    const of = async (id: string) => (await clinic.owner('patient_contact').where({ id }).first('patient_id'))?.patient_id; // prettier-ignore
    expect([await of(kept), await of(removed), await of(later)]).toEqual([goes, undefined, stays]);
    expect(await clinic.read((trx) => undoneCounts(trx, start.mergeId))).toMatchObject({ gone: 1, 'changed-since': 0 });
  });

  it('each step once: repeated, nothing moves twice, and begun again it is the same merge', async () => {
    const [stays, goes] = [await person(), await person()];
    const start = startOf(stays, goes);
    const first = await beginMerge(clinic.ports, start);
    expect(await beginMerge(clinic.ports, start)).toEqual(first);
    for (const step of mergeSteps) {
      const once = await stepMerge(clinic.ports, { ...start, step });
      expect(await stepMerge(clinic.ports, { ...start, step })).toEqual(once);
    }
    await finishMerge(clinic.ports, start);
    expect(await codeOf(beginMerge(clinic.ports, startOf(stays, goes)))).toBe('conflict');
    expect(await codeOf(beginMerge(clinic.ports, startOf(stays, await person(), systemActor('x'))))).toBe('forbidden');
  });

  it('visits at the same hour stand against it, and are named; given up, everything is as it was', async () => {
    const [stays, goes] = [await person(), await person()];
    await clinic.open({ start: slot(14), patientId: stays });
    const start = startOf(stays, goes);
    // The visit comes between the look and the step.
    await beginMerge(clinic.ports, start);
    const before = await picture(stays, goes);
    await clinic.owner.transaction(async (trx) => {
      const [row] = await trx('reservation').where({ resource_id: stays }).select('*');
      const { id: _id, starts_at: _s, ends_at: _e, ...rest } = row;
      await trx('reservation').insert({ ...rest, resource_id: goes, op_key: randomUUID() });
    });
    await stepMerge(clinic.ports, { ...start, step: 'person' });
    expect(await codeOf(stepMerge(clinic.ports, { ...start, step: 'visits' }))).toBe('conflict');
    const given = await abandonMerge(clinic.ports, { start, problem: 'conflict' });
    expect(given.merge).toMatchObject({ state: 'failed', problem: 'conflict' });
    await clinic.owner('reservation').where({ resource_id: goes }).delete();
    expect(await picture(stays, goes)).toEqual(before);
    await clinic.open({ start: slot(14), patientId: goes, practitionerId: undefined }).catch(() => undefined);
  });

  it('a chart goes on into a third: the last merge is undone first', async () => {
    const [a, b, c] = [await person(), await person(), await person()];
    const first = await merge(startOf(b, c));
    const second = await merge(startOf(a, b));
    expect(await clinic.read((trx) => survivingChart(trx, c))).toBe(a);
    expect(await codeOf(unmerge(clinic.ports, undoOf(first)))).toBe('conflict');
    await unmerge(clinic.ports, undoOf(second));
    await unmerge(clinic.ports, undoOf(first));
    expect(await clinic.read((trx) => chartsOf(trx, b))).toEqual([b]);
  });

  it('undone, all is as before, whatever the charts held (property)', async () => {
    const kinds = [
      'name',
      'identifier',
      'contact',
      'task',
      'message',
      'account',
      'wish',
      'allergy',
      'refusal',
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...kinds)), { maxLength: 12 }),
        async (things) => {
          const [stays, goes] = [await person(), await person()];
          const done = new Set<string>();
          for (const [first, kind] of things) {
            const patientId = first ? stays : goes;
            // One of these a chart: the rest has no such rule. A wish is for one chart, or it would stand against it.
            if (kind === 'wish' ? done.has(kind) : kind === 'account' && done.has(`${kind} ${patientId}`)) continue;
            done.add(kind).add(`${kind} ${patientId}`);
            await write(kind, patientId);
          }
          await index(stays, goes);
          const before = await picture(stays, goes);
          const start = await merge(startOf(stays, goes));
          const left = await Promise.all(
            movingTables('sweep').map(([table]) => clinic.count(table, { patient_id: goes })),
          );
          expect(left.reduce((sum, n) => sum + n, 0)).toBe(0);
          await unmerge(clinic.ports, undoOf(start));
          expect(await picture(stays, goes)).toEqual(before);
        },
      ),
      { numRuns: 12 },
    );
  });

  async function write(kind: string, patientId: string): Promise<void> {
    const id = randomUUID();
    const of = { organization_id: clinic.organizationId, patient_id: patientId };
    switch (kind) {
      case 'name':
        return void (await clinic
          .owner('patient_name')
          .insert({ ...of, id, use: 'maiden', family: `M${id}`, given: [] }));
      case 'identifier':
        return void (await clinic.owner('patient_identifier').insert({ ...of, id, system: 'urn:x', value: id }));
      case 'contact':
        return void (await clinic.owner('patient_contact').insert({ ...of, id, relationship: 'friend', name: 'F' }));
      case 'task':
        return void (await clinic.owner('staff_task').insert({
          ...of,
          id,
          kind: 'call-patient',
          due_at: slot(9),
          dedupe_key: id,
          created_by: 'test',
        }));
      case 'message':
        return void (await clinic.owner('notification').insert({
          ...of,
          id,
          dedupe_key: id,
          aggregate: 'user',
          aggregate_id: id,
          kind: 'x',
          channel: 'email',
          to_ref: `patient:${patientId}`,
          due_at: slot(9),
        }));
      case 'account':
        return void (await clinic.owner('app_user').insert({ ...of, id, kind: 'patient', email: `${id}@e.org`, display_name: 'A' })); // prettier-ignore
      case 'wish': {
        await clinic.owner('waitlist_entry').insert({ ...of, id, joined_at: slot(8), expires_at: slot(20), created_by: 'test', state: 'withdrawn' }); // prettier-ignore
        return void (await clinic.owner('waitlist_entry_visit_type').insert({ ...of, entry_id: id, visit_type_id: clinic.visitTypeId, live: false })); // prettier-ignore
      }
      case 'allergy':
        return;
      default:
        await clinic.owner('contact_consent').insert({ ...of, channel: 'sms', category: 'appointment', permitted: false, actor: 'test' }); // prettier-ignore
    }
  }
});

describe('questions', () => {
  const details = { family: 'Casares', given: ['José', 'María'], birth_date: '1971-03-04', email: null, phone: null };
  const alike = async (columns: Record<string, unknown> = {}): Promise<string> => {
    const id = await clinic.addPatient({ ...details, ...columns });
    await index(id);
    return id;
  };
  const look = (patientId: string) =>
    clinic.read((trx) => lookForMatches(trx, { organizationId: clinic.organizationId, patientId, intakeId: null, at: new Date() })); // prettier-ignore
  const coverage = (patientId: string, digest: string) =>
    clinic.owner('coverage').insert({
      id: randomUUID(),
      organization_id: clinic.organizationId,
      patient_id: patientId,
      position: 'primary',
      payer_name: 'P',
      member_id_sealed: 's',
      member_id_digest: digest,
      relation: 'self',
      status: 'verified',
      captured_by: 'test',
      captured_at: slot(9),
    });

  it('S18: the same name and birth date and nothing else is a person’s question, asked once', async () => {
    const first = await alike({ birth_date: '1971-03-05' });
    const second = await alike({ birth_date: '1971-03-05', given: ['JOSE', 'MARIA'], family: 'CASARES' });
    const found = await look(second);
    expect(found).toMatchObject({
      identity: 'possible-duplicate',
      merges: [],
      open: [{ patientId: second, otherPatientId: first, grade: 'certain', score: 25.1 }],
    });
    expect((await look(first)).open).toEqual(found.open);
    const decide = (decision: 'same' | 'new', actor = reviewer) =>
      clinic.read((trx) =>
        resolveMatch(trx, { organizationId: clinic.organizationId, matchId: found.open[0]!.id, decision, actor, at: new Date() }),
      ); // prettier-ignore
    expect(await codeOf(decide('new', { ...reviewer, permissions: [] }))).toBe('forbidden');
    expect(await decide('new')).toEqual({ state: 'new', identity: 'unverified', merge: null });
    expect(await codeOf(decide('same'))).toBe('conflict');
    expect((await look(second)).open).toEqual([]);
    expect(await clinic.read((trx) => openMatchesOf(trx, first))).toEqual([]);
  });

  it('S18: the same and a verified member id is linked without a person, as a merge that is on file and can be undone', async () => {
    const columns = { birth_date: '1971-04-06', family: 'Belmonte' };
    const [first, second] = [await alike(columns), await alike(columns)];
    await coverage(first, 'digest-of-one-plan');
    await coverage(second, 'digest-of-one-plan');
    const { merges } = await look(second);
    expect(merges).toMatchObject([{ survivorId: first, mergedId: second, automatic: true }]);
    expect((await look(second)).merges).toEqual(merges);
    // A signature is never rewritten: it is read through the charts that became one.
    const documentId = randomUUID();
    const signed = { kind: 'treatment', version: 'test', locale: 'en', content_sha256: 'a'.repeat(64) };
    const { organizationId } = clinic;
    await clinic
      .owner('consent_document')
      .insert({ id: documentId, organization_id: organizationId, ...signed, title: 'T', body: 'B' });
    await clinic.owner('consent_record').insert({
      id: randomUUID(),
      organization_id: organizationId,
      patient_id: second,
      document_id: documentId,
      ...signed,
      event: 'signed',
      signer: `patient:${second}`,
      relationship: 'self',
      typed_name: 'José Belmonte',
      intent_checked: true,
      signed_at: slot(9),
      recorded_at: slot(9),
    });
    const signatures = () => clinic.read((trx) => consentRecordsOf(trx, first));
    expect(await signatures()).toEqual([]);
    await merge(merges[0]!);
    expect(await signatures()).toMatchObject([{ patient_id: second, event: 'signed' }]);
    expect(await clinic.owner('identity_match').where({ id: merges[0]!.matchId }).first('state')).toEqual({ state: 'linked' }); // prettier-ignore
    const plans = await clinic.owner('coverage').where({ patient_id: first }).whereNull('replaced_by').select('id');
    expect(plans).toHaveLength(1);
    await unmerge(clinic.ports, undoOf(merges[0]!));
    expect(await signatures()).toEqual([]);
    expect(await clinic.owner('coverage').where({ patient_id: second }).whereNull('replaced_by').select('id')).toHaveLength(1); // prettier-ignore
    // Somebody has said that these are two: the rules do not say otherwise again.
    expect((await look(second)).merges).toEqual([]);
  });

  it('a corrected entry takes its question back', async () => {
    const columns = { birth_date: '1971-05-07', family: 'Ibarra' };
    const [, second] = [await alike(columns), await alike(columns)];
    expect((await look(second)).open).toHaveLength(1);
    await clinic
      .owner('patient')
      .where({ id: second })
      .update({ given: ['Wilhelmina'], birth_date: '2001-11-30' });
    await index(second);
    expect(await look(second)).toMatchObject({ identity: 'unverified', open: [] });
  });
});
