import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditRows } from './support.ts';
import { day, openClinicApi, quarterAfter, timeZone, type ClinicApi } from './clinic-api.ts';

describe('appointments over HTTP', () => {
  let clinic: ClinicApi;
  beforeAll(async () => {
    clinic = await openClinicApi();
  });
  afterAll(() => clinic.close());

  const count = async (table: string, where: Record<string, unknown>): Promise<number> => {
    const [row] = await clinic.api.owner(table).where(where).count<{ count: string }[]>();
    return Number(row!.count);
  };

  it('books a visit and shows it with names, place and wall-clock time', async () => {
    const patientId = await clinic.addPatient({ family: 'Núñez', given: ['José', 'María'] });
    const start = quarterAfter(10 * day);
    const booked = await clinic.book(clinic.desk, { patientId, start });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    expect(booked.body).toMatchObject({
      status: 'booked',
      start,
      timeZone,
      patient: { id: patientId, name: 'José María Núñez', birthDate: '1980-02-29' },
      practitioner: { id: clinic.practitionerId, name: 'Dr. One' },
      visitType: { code: 'FU30', name: 'Follow-up', durationMinutes: 30 },
      location: { id: clinic.locationId, name: 'Main', timeZone },
    });
    expect(booked.body.resources.map(({ role }: { role: string }) => role)).toEqual(['provider', 'room']);
    expect(booked.headers.get('etag')).toBe(`"${booked.body.revision}"`);
    const shown = await clinic.desk.request('GET', `/appointments/${booked.body.id}`);
    expect(shown.body).toMatchObject(booked.body);
    expect(shown.body.allowedActions.map(({ action }: { action: string }) => action)).toContain('reschedule');
    const spanish = await clinic.desk.request('GET', `/appointments/${booked.body.id}`, {
      headers: { 'accept-language': 'es-MX,en;q=0.5' },
    });
    expect(spanish.body.visitType.name).toBe('Seguimiento');
  });

  it('S2 Twenty at once, over HTTP: one 201, nineteen 409 with alternatives, one audit row for each attempt', async () => {
    const start = quarterAfter(20 * day);
    const patients = await Promise.all(Array.from({ length: 20 }, () => clinic.addPatient()));
    const answers = await Promise.all(patients.map((patientId) => clinic.book(clinic.desk, { patientId, start })));
    const won = answers.filter(({ status }) => status === 201);
    const lost = answers.filter(({ status }) => status === 409);
    expect([won.length, lost.length], JSON.stringify(answers.map(({ status, body }) => [status, body.code]))).toEqual([
      1, 19,
    ]);
    for (const { body } of lost) {
      expect(body).toMatchObject({ code: 'slot-taken', resourceKind: 'provider' });
      expect(body.alternatives.length).toBeGreaterThan(0);
      expect(body.alternatives.length).toBeLessThanOrEqual(5);
    }
    const id = won[0]!.body.id as string;
    expect(await count('reservation', { appointment_id: id, released_at: null })).toBe(3);
    expect(await count('state_change', { aggregate: 'appointment', aggregate_id: id })).toBe(1);
    const rows = await clinic.api
      .owner('audit_event')
      .whereIn('patient_id', patients)
      .select<{ outcome: string; code: string | null }[]>('outcome', 'code');
    expect(rows.filter(({ outcome }) => outcome === 'success').length).toBe(1);
    expect(rows.filter(({ outcome, code }) => outcome === 'refused' && code === 'slot-taken').length).toBe(19);
    expect(rows.length).toBe(20);
  });

  it('I5: the same key and body give the same answer and one row; another body is 422', async () => {
    const patientId = await clinic.addPatient();
    const key = randomUUID();
    const body = { patientId, start: quarterAfter(21 * day) };
    const [first, second] = [await clinic.book(clinic.desk, body, key), await clinic.book(clinic.desk, body, key)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(await count('appointment', { patient_id: patientId })).toBe(1);
    expect(await count('audit_event', { patient_id: patientId })).toBe(1);
    const other = await clinic.book(clinic.desk, { ...body, start: quarterAfter(22 * day) }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    // The answer stays what it was, also after the visit has moved on.
    expect((await clinic.act(clinic.desk, first.body.id, 'cancel', { reason: 'test' })).status).toBe(200);
    expect((await clinic.book(clinic.desk, body, key)).body.status).toBe('booked');
  });

  it('I4: a refused booking leaves nothing behind', async () => {
    const patientId = await clinic.addPatient();
    const start = quarterAfter(23 * day);
    for (const practitionerId of [clinic.practitionerId, clinic.otherPractitionerId]) {
      expect(
        (await clinic.book(clinic.desk, { patientId: await clinic.addPatient(), start, practitionerId })).status,
      ).toBe(201);
    }
    const before = [await count('reservation', {}), await count('appointment', {}), await count('notification', {})];
    const refused = await clinic.book(clinic.desk, { patientId, start });
    expect([refused.status, refused.body.code]).toEqual([409, 'slot-taken']);
    expect([await count('reservation', {}), await count('appointment', {}), await count('notification', {})]).toEqual(
      before,
    );
  });

  it('I11: a local time is the place’s; one that happens twice or never is refused with what could be meant', async () => {
    const patientId = await clinic.addPatient();
    const year = new Date().getUTCFullYear() + 1;
    const sunday = (month: number, nth: number): string => {
      const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
      return `${year}-${String(month).padStart(2, '0')}-${String(1 + ((7 - first) % 7) + (nth - 1) * 7).padStart(2, '0')}`;
    };
    const twice = await clinic.book(clinic.desk, {
      patientId,
      start: `${sunday(11, 1)}T01:30`,
      locationId: clinic.locationId,
    });
    expect([twice.status, twice.body.code, twice.body.allowed]).toEqual([
      422,
      'ambiguous-local-time',
      ['earlier', 'later'],
    ]);
    const never = await clinic.book(clinic.desk, { patientId, start: `${sunday(3, 2)}T02:30` });
    expect([never.status, never.body.code]).toEqual([422, 'local-time-does-not-exist']);
    expect(never.body.nextValid).toBe(`${sunday(3, 2)}T03:00:00-04:00`);
    const later = await clinic.book(clinic.desk, { patientId, start: `${sunday(11, 1)}T01:30`, fold: 'later' });
    expect(later.body).toMatchObject({
      start: `${sunday(11, 1)}T06:30:00.000Z`,
      localStart: `${sunday(11, 1)}T01:30:00`,
      fold: 'later',
    });
  });

  it('a patient books for themselves only, what the clinic lets them, and sees no one else’s', async () => {
    const { patient } = clinic;
    const start = quarterAfter(24 * day);
    const own = await clinic.book(patient, { patientId: patient.patientId, start });
    expect(own.status, JSON.stringify(own.body)).toBe(201);
    const stranger = await clinic.addPatient();
    expect((await clinic.book(patient, { patientId: stranger, start: quarterAfter(25 * day) })).status).toBe(404);
    const theirs = await clinic.book(clinic.desk, { patientId: stranger, start: quarterAfter(25 * day) });
    expect((await patient.request('GET', `/appointments/${theirs.body.id}`)).status).toBe(404);
    expect((await clinic.act(patient, theirs.body.id, 'cancel')).status).toBe(404);
    expect((await patient.request('GET', `/patients/${stranger}/appointments`)).status).toBe(404);
    const list = await patient.request('GET', `/patients/${patient.patientId}/appointments?when=upcoming`);
    expect(list.body.items.map(({ id }: { id: string }) => id)).toContain(own.body.id);
    const closedType = await clinic.addVisitType({ self_schedulable: false });
    const refused = await clinic.book(patient, {
      patientId: patient.patientId,
      visitTypeId: closedType,
      start: quarterAfter(26 * day),
    });
    expect([refused.status, refused.body.guard]).toEqual([409, 'not-self-schedulable']);
    const taken = await clinic.book(patient, { patientId: patient.patientId, start: theirs.body.start });
    expect(taken.body.code).toBe('slot-taken');
    expect(JSON.stringify(taken.body)).not.toContain(stranger);
  });

  it('a hold is confirmed into a visit, extended once, and let go', async () => {
    const patientId = await clinic.addPatient();
    const held = await clinic.book(clinic.desk, { patientId, start: quarterAfter(27 * day), hold: true });
    expect(held.body).toMatchObject({ status: 'pending', holdExtended: false });
    const extended = await clinic.act(clinic.desk, held.body.id, 'extend-hold');
    expect(extended.body.holdExtended).toBe(true);
    const again = await clinic.act(clinic.desk, held.body.id, 'extend-hold');
    expect([again.status, again.body.guard]).toEqual([409, 'hold-extended']);
    expect((await clinic.act(clinic.doctor, held.body.id, 'confirm-hold')).body.code).toBe('hold-not-yours');
    expect((await clinic.act(clinic.desk, held.body.id, 'confirm-hold')).body.status).toBe('booked');
  });

  it('S10 Illegal edges are refused with what is allowed, from Postgres when the run is closed, and each is audited once', async () => {
    const patientId = await clinic.addPatient();
    const { body } = await clinic.book(clinic.desk, { patientId, start: quarterAfter(28 * day) });
    const key = randomUUID();
    expect((await clinic.act(clinic.desk, body.id, 'cancel', { reason: 'ill' }, key)).body.status).toBe('cancelled');
    const arrive = await clinic.act(clinic.desk, body.id, 'arrive');
    expect(arrive.status).toBe(409);
    expect(arrive.body).toMatchObject({ code: 'invalid-transition', from: 'cancelled', event: 'arrive', allowed: [] });
    // The winner's own repeat is not a loser.
    expect((await clinic.act(clinic.desk, body.id, 'cancel', { reason: 'ill' }, key)).body.status).toBe('cancelled');
    const confirmed = await clinic.act(clinic.admin, body.id, 'confirm');
    expect(confirmed.body.allowed).toEqual(['entered-in-error']);
    const corrected = await clinic.act(clinic.admin, body.id, 'entered-in-error', { reason: 'wrong patient' });
    expect([corrected.status, corrected.body.status], JSON.stringify(corrected.body)).toEqual([
      200,
      'entered-in-error',
    ]);
    const rows = await auditRows(clinic.api, { entity_type: 'appointment', entity_id: body.id });
    expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['success', null], ['success', null], ['refused', 'invalid-transition'], ['refused', 'invalid-transition'], ['success', null],
    ]); // prettier-ignore
  });

  it('moves a visit: the new place is certain before the old one is free; a taken one changes nothing', async () => {
    const patientId = await clinic.addPatient();
    const { body } = await clinic.book(clinic.desk, { patientId, start: quarterAfter(30 * day) });
    const other = await clinic.book(clinic.desk, {
      patientId: await clinic.addPatient(),
      start: quarterAfter(31 * day),
    });
    const taken = await clinic.act(clinic.desk, body.id, 'reschedule', { start: other.body.start });
    expect([taken.status, taken.body.code]).toEqual([409, 'slot-taken']);
    expect(taken.body.alternatives.length).toBeGreaterThan(0);
    const moved = await clinic.act(clinic.desk, body.id, 'reschedule', { start: quarterAfter(32 * day) });
    expect(moved.body).toMatchObject({ status: 'booked', version: 1, start: quarterAfter(32 * day) });
    expect((await clinic.book(clinic.desk, { patientId: await clinic.addPatient(), start: body.start })).status).toBe(
      201,
    );
    const local = await clinic.act(clinic.desk, body.id, 'reschedule', {});
    expect(local.status).toBe(400);
  });

  it('a visit goes through the clinic: arrival, check-in with two identifiers, encounter, completion', async () => {
    const patientId = await clinic.addPatient();
    const { body } = await clinic.book(clinic.desk, {
      patientId,
      start: quarterAfter(15),
      practitionerId: clinic.otherPractitionerId,
    });
    expect((await clinic.act(clinic.desk, body.id, 'arrive')).body.status).toBe('arrived');
    const unchecked = await clinic.act(clinic.desk, body.id, 'check-in', { identifiersVerified: ['name'] });
    expect([unchecked.status, unchecked.body.guard]).toEqual([409, 'identifiers-not-verified']);
    expect(
      (await clinic.act(clinic.desk, body.id, 'check-in', { identifiersVerified: ['name', 'birth-date'] })).body.status,
    ).toBe('checked-in');
    expect((await clinic.act(clinic.desk, body.id, 'complete', { noNoteReason: 'x' })).status).toBe(403);
    expect((await clinic.act(clinic.doctor, body.id, 'start-encounter')).body.seenAt).not.toBeNull();
    expect((await clinic.act(clinic.doctor, body.id, 'complete')).body.guard).toBe('encounter-open');
    expect((await clinic.act(clinic.doctor, body.id, 'complete', { noNoteReason: 'advice only' })).body.status).toBe(
      'fulfilled',
    );
  });

  it('lists a local day, and cancels it on the clinic’s behalf with other times held for each patient', async () => {
    const patients = await Promise.all(Array.from({ length: 5 }, () => clinic.addPatient()));
    const noon = new Date(Date.parse(quarterAfter(40 * day)));
    noon.setUTCHours(17, 0, 0, 0);
    const ids: string[] = [];
    for (const [n, patientId] of patients.entries()) {
      const { body } = await clinic.book(clinic.desk, {
        patientId,
        start: new Date(noon.getTime() + n * 3_600_000).toISOString(),
      });
      ids.push(body.id);
    }
    const date = noon.toISOString().slice(0, 10);
    const list = await clinic.desk.request('GET', `/appointments?date=${date}&practitionerId=${clinic.practitionerId}`);
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect((await clinic.patient.request('GET', `/appointments?date=${date}`)).body.items).toEqual([]);
    const key = randomUUID();
    const ask = () =>
      clinic.desk.request('POST', '/closures/cancel-day', {
        body: { practitionerId: clinic.practitionerId, date, reason: 'Dr. One is ill' },
        key,
      });
    const answer = await ask();
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    expect(
      answer.body.items.map(({ appointmentId, result }: { appointmentId: string; result: string }) => [
        appointmentId,
        result,
      ]),
    ).toEqual(ids.map((id) => [id, 'cancelled']));
    for (const item of answer.body.items) {
      expect(item.alternatives.length).toBeGreaterThan(0);
      expect(item.alternatives.length).toBeLessThanOrEqual(3);
    }
    const repeated = await ask();
    expect(repeated.body.items.map(({ result }: { result: string }) => result)).toEqual(ids.map(() => 'cancelled'));
    expect(
      await clinic.api.owner('state_change').whereIn('aggregate_id', ids).where({ event: 'cancel-by-clinic' }),
    ).toHaveLength(5);
    const cancelled = await clinic.desk.request('GET', `/appointments/${ids[0]}`);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', lateCancel: false });
  });

  it('refuses what is malformed with 4xx, and what is not there with 404', async () => {
    const patientId = await clinic.addPatient();
    const start = quarterAfter(50 * day);
    expect((await clinic.book(clinic.desk, { patientId, start, unknown: 1 })).status).toBe(400);
    expect((await clinic.book(clinic.desk, { patientId, start: 'tomorrow' })).status).toBe(400);
    expect((await clinic.book(clinic.desk, { patientId: randomUUID(), start })).status).toBe(404);
    expect((await clinic.book(clinic.desk, { patientId, start, visitTypeId: randomUUID() })).status).toBe(404);
    expect((await clinic.desk.request('GET', `/appointments/${randomUUID()}`)).status).toBe(404);
    expect((await clinic.act(clinic.desk, randomUUID(), 'fly')).status).toBe(400);
    expect((await clinic.desk.request('GET', '/appointments?date=2027-02-30')).status).toBe(400);
    expect((await clinic.book(clinic.desk, { patientId, start, mode: 'video' })).body.allowed).toEqual(['in-person']);
  });
});
