/** What an accepted section leaves in the chart (A3, A9), consents (A11), guardians (A15), withdrawal (A16), on a real database. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commitSection, prefillFor, type SectionAnswers } from '../../db/charts/chart-sections.ts';
import { verifyFact } from '../../db/charts/chart-verification.ts';
import { connect, type Db } from '../../db/connection.ts';
import {
  consentDocuments,
  consentHash,
  consentRecordsOf,
  consentsMissing,
  revokeConsent,
} from '../../db/patients/consents.ts';
import { guardianAuthorityEnds, recordGuardian, revokeGuardian } from '../../db/patients/guardians.ts';
import { closeIntakeLinks, fileIntakeLink, queueIntakeNotice } from '../../db/intakes/intake-links.ts';
import { eraseDrafts, withdrawIntake } from '../../db/intakes/intake-withdrawal.ts';
import type { IntakeStep } from '../../domain/intake/intake.ts';
import type { Actor } from '../../domain/actor.ts';
import { codeOf, createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let api: Db;
beforeAll(async () => {
  clinic = await createClinic({ patients: 1 });
  api = connect({ url: clinic.database.urls.api, applicationName: 'test-api', poolMax: 2 });
});
afterAll(async () => {
  await api.destroy();
  await clinic.stop();
});

let patientId = '';
let intakeId = '';
const now = new Date('2027-03-01T15:00:00Z');
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
beforeEach(async () => {
  patientId = await clinic.addPatient({ birth_date: '1980-05-01', email: 'pat@example.org', language: 'es-MX' });
  intakeId = randomUUID();
});
const self = (): Actor => ({
  kind: 'patient',
  ref: `patient:${patientId}`,
  patientId,
  permissions: [],
  ip: '192.0.2.7',
});
const commit = (step: IntakeStep, answers: SectionAnswers, options: { intake?: string; at?: Date; actor?: Actor; language?: string } = {}) =>
  clinic.read((trx) =>
    commitSection(trx, {
      organizationId: clinic.organizationId,
      step,
      answers,
      patientId,
      intakeId: options.intake ?? intakeId,
      actor: options.actor ?? self(),
      at: options.at ?? now,
      language: options.language,
    }),
  ); // prettier-ignore
const prefill = (step: IntakeStep) => clinic.read((trx) => prefillFor(trx, { patientId, step }));
const code = (value: string) => ({ code: value });
const allergy = (substance: string, more: Record<string, unknown[]> = {}) => ({
  'allergies.substance': [substance],
  'allergies.severity': [code('mild')],
  ...more,
});
const some = (...rows: object[]): SectionAnswers => ({ 'allergies.any': [code('some')], 'allergies.list': rows });
const none: SectionAnswers = { 'allergies.any': [code('none')] };
const inForce = async (): Promise<string[]> =>
  (await clinic.owner('allergy_intolerance').where({ patient_id: patientId }).whereNull('superseded_at').select('substance')) // prettier-ignore
    .map(({ substance }: { substance: string | null }) => substance ?? '(none)')
    .toSorted();

describe('allergies', () => {
  it('are on the chart at once, unconfirmed, and the same again writes nothing', async () => {
    expect((await commit('allergies', some(allergy('Penicillin'), allergy('Bee stings')))).facts).toEqual({ allergy_intolerance: 2 }); // prettier-ignore
    expect((await commit('allergies', some(allergy('PENICILLIN'), allergy('Bee stings')))).facts).toEqual({ allergy_intolerance: 1 }); // prettier-ignore
    expect((await commit('allergies', some(allergy('PENICILLIN'), allergy('Bee stings')))).facts).toEqual({});
    expect(await inForce()).toEqual(['Bee stings', 'PENICILLIN']);
    const row = await clinic.owner('allergy_intolerance').where({ patient_id: patientId }).first();
    expect(row).toMatchObject({ verification: 'unconfirmed', source_intake_id: intakeId, severity: 'mild' });
  });

  it('come back to be confirmed one by one: what is kept, changed or taken back is said of each', async () => {
    await commit('allergies', some(allergy('Penicillin'), allergy('Peanuts'), allergy('Latex')));
    const known = await prefill('allergies');
    expect(known?.toConfirm).toContain('allergies.list');
    const rows = known!.answers['allergies.list'] as Record<string, unknown[]>[];
    const of = (substance: string) => rows.find((row) => row['allergies.substance']?.[0] === substance)!;
    expect(of('Latex')['allergies.confirm']).toBeUndefined();
    const next = randomUUID();
    const said = some(
      { ...of('Penicillin'), 'allergies.confirm': [code('confirmed')] },
      { ...of('Peanuts'), 'allergies.substance': ['Tree nuts'], 'allergies.confirm': [code('changed')] },
      { ...of('Latex'), 'allergies.confirm': [code('removed')] },
      allergy('Eggs'),
    );
    expect((await commit('allergies', said, { intake: next, at: later(30) })).facts).toEqual({
      allergy_intolerance: 2,
    });
    expect(await inForce()).toEqual(['Eggs', 'Penicillin', 'Tree nuts']);
    // Saved once more, by another device or after a return: nothing moves.
    expect((await commit('allergies', said, { intake: next, at: later(31) })).facts).toEqual({});
    const ended = await clinic.owner('allergy_intolerance').where({ patient_id: patientId }).whereNotNull('superseded_at').orderBy('substance').select('substance', 'superseded_because'); // prettier-ignore
    expect(ended).toEqual([
      { substance: 'Latex', superseded_because: 'removed' },
      { substance: 'Peanuts', superseded_because: 'changed' },
    ]);
  });

  it('what was refuted or taken back does not come back; said anew it is news, and none does not speak against it', async () => {
    await commit('allergies', some(allergy('Penicillin'), allergy('Latex')));
    const [latex] = (await prefill('allergies'))!.answers['allergies.list']!.filter(
      (row) => (row as Record<string, unknown[]>)['allergies.substance']?.[0] === 'Latex',
    );
    const refute = async (substance: string): Promise<void> => {
      const by = { organizationId: clinic.organizationId, actor: staffActor, at: later(1) };
      const row = await clinic.owner('allergy_intolerance').where({ patient_id: patientId, substance }).whereNull('superseded_at').first<{ id: string }>('id'); // prettier-ignore
      await clinic.read((trx) =>
        verifyFact(trx, { ...by, patientId, kind: 'allergy', factId: row.id, verdict: 'refuted' }),
      );
    };
    await refute('Penicillin');
    const asked = async (): Promise<unknown[]> =>
      ((await prefill('allergies'))?.answers['allergies.list'] ?? []).map(
        (row) => (row as Record<string, unknown[]>)['allergies.substance']?.[0],
      );
    expect(await asked()).toEqual(['Latex']);
    // The intake that said it is saved once more, after a return: what was refuted stays so.
    expect((await commit('allergies', some(allergy('Penicillin'), allergy('Latex')), { at: later(2) })).facts).toEqual({}); // prettier-ignore
    const next = randomUUID();
    await commit('allergies', some({ ...(latex as object), 'allergies.confirm': [code('removed')] }), { intake: next, at: later(30) }); // prettier-ignore
    // Nothing is left to confirm: the next one is asked openly, and "none" is no contradiction.
    expect(await prefill('allergies')).toBeNull();
    expect((await commit('allergies', none, { intake: next, at: later(31) })).contradicted).toBe(0);
    expect(await prefill('allergies')).toMatchObject({ answers: { 'allergies.any': [code('none')] } });
    const third = randomUUID();
    expect((await commit('allergies', some(allergy('Penicillin')), { intake: third, at: later(60) })).facts).toEqual({ allergy_intolerance: 1 }); // prettier-ignore
    expect(await asked()).toEqual(['Penicillin']);
    const rows = await clinic.owner('allergy_intolerance').where({ patient_id: patientId, substance: 'Penicillin' }).orderBy('recorded_at').select('verification', 'superseded_because', 'source_intake_id'); // prettier-ignore
    expect(rows).toEqual([
      { verification: 'refuted', superseded_because: 'changed', source_intake_id: intakeId },
      { verification: 'unconfirmed', superseded_because: null, source_intake_id: third },
    ]);
  });

  it('silence keeps what the chart has; what this intake itself said, it corrects', async () => {
    await commit('allergies', some(allergy('Penicillin')));
    const next = randomUUID();
    await commit('allergies', some(allergy('Peanust')), { intake: next });
    await commit('allergies', some(allergy('Peanuts')), { intake: next });
    expect(await inForce()).toEqual(['Peanuts', 'Penicillin']);
  });

  it('none is a row; an allergy retires it, and none does not retire an allergy of before', async () => {
    await commit('allergies', none);
    expect(await inForce()).toEqual(['(none)']);
    const next = randomUUID();
    await commit('allergies', some(allergy('Penicillin')), { intake: next, at: later(10) });
    expect(await inForce()).toEqual(['Penicillin']);
    const third = randomUUID();
    expect(await commit('allergies', none, { intake: third, at: later(20) })).toEqual({ facts: { allergy_intolerance: 1 }, contradicted: 1 }); // prettier-ignore
    expect(await commit('allergies', none, { intake: third, at: later(20) })).toEqual({ facts: {}, contradicted: 1 });
    expect(await inForce()).toEqual(['Penicillin']);
    const contradicted = await clinic.owner('allergy_intolerance').where({ patient_id: patientId, source_intake_id: third }); // prettier-ignore
    expect(contradicted).toMatchObject([{ none_known: true, superseded_because: 'contradicted' }]);
  });

  it('whatever two intakes say in whatever order: one word on each thing, none alone, and nothing gone unsaid', async () => {
    const word = fc.constantFrom('Penicillin', 'Latex', 'Eggs');
    const severity = fc.constantFrom('mild', 'severe');
    const said = fc.record({ intake: fc.constantFrom(0, 1), list: fc.option(fc.uniqueArray(fc.tuple(word, severity), { maxLength: 3, selector: ([name]) => name })) }); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 5 }), async (words) => {
        patientId = await clinic.addPatient();
        const intakes = [randomUUID(), randomUUID()];
        const last = new Map<string, string>();
        for (const { intake, list } of words) {
          const rows = (list ?? []).map(([name, how]) => ({ 'allergies.substance': [name], 'allergies.severity': [code(how)] })); // prettier-ignore
          await commit('allergies', list === null ? none : some(...rows), { intake: intakes[intake]! });
          for (const [name, how] of list ?? []) last.set(name, how);
          const now_ = await clinic.owner('allergy_intolerance').where({ patient_id: patientId }).whereNull('superseded_at'); // prettier-ignore
          expect(new Set(now_.map((row) => row.fact_key)).size).toBe(now_.length);
          if (now_.some((row) => row.none_known)) expect(now_).toHaveLength(1);
          for (const row of now_) if (!row.none_known) expect(row.severity).toBe(last.get(row.substance));
          // Of the other intake every word stands that nobody spoke over.
          const lost = await clinic.owner('allergy_intolerance').where({ patient_id: patientId }).whereNotNull('superseded_at'); // prettier-ignore
          for (const row of lost) {
            if (row.superseded_because === 'corrected') expect(intakes).toContain(row.source_intake_id);
            else if (!row.none_known) expect(row.superseded_by).not.toBeNull();
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('another patient’s fact cannot be named, and no role rewrites or removes one', async () => {
    await commit('allergies', some(allergy('Penicillin')));
    const foreign = await clinic.owner('allergy_intolerance').where({ patient_id: patientId }).first('id');
    patientId = await clinic.addPatient();
    await commit('allergies', some({ ...allergy('x'), 'allergies.ref': [foreign.id], 'allergies.confirm': [code('removed')] })); // prettier-ignore
    expect(await clinic.owner('allergy_intolerance').where({ id: foreign.id }).first('superseded_at')).toEqual({ superseded_at: null }); // prettier-ignore
    for (const db of [clinic.db, api, clinic.owner]) {
      const asMember = (work: (trx: Parameters<Parameters<typeof db.transaction>[0]>[0]) => Promise<unknown>) =>
        db.transaction(async (trx) => {
          await trx.raw(`SELECT set_config('app.organization', ?, true)`, [clinic.organizationId]);
          return work(trx);
        });
      await expect(asMember((trx) => trx('allergy_intolerance').update({ substance: 'nothing' }))).rejects.toThrow();
      await expect(asMember((trx) => trx('allergy_intolerance').delete())).rejects.toThrow();
    }
  });
});

describe('who somebody is', () => {
  it('demographics: choosing not to say is an answer, an earlier statement stays on record', async () => {
    const answers = {
      'demographics.sex': [code('female')],
      'demographics.sex-clinical': [code('female-typical')],
      'demographics.gender': [code('asked-declined')],
      'demographics.orientation': [code('other')],
      'demographics.orientation-other': ['queer'],
      'demographics.race': [code('hispanic'), code('white')],
      'demographics.race.hispanic': ['Mexican'],
    };
    await commit('demographics', answers);
    await commit('demographics', { ...answers, 'demographics.gender': [code('woman')] }, { at: later(1) });
    const rows = await clinic.owner('patient_demographics').where({ patient_id: patientId }).orderBy('recorded_at');
    expect(rows).toMatchObject([
      { gender_identity: 'asked-declined', superseded_because: 'changed', pronouns: null },
      { gender_identity: 'woman', sexual_orientation: 'queer', race_ethnicity: ['hispanic', 'white'], race_ethnicity_details: ['Mexican'], superseded_at: null },
    ]); // prettier-ignore
    expect(await clinic.owner('patient').where({ id: patientId }).first('sex')).toEqual({ sex: 'female' });
    expect((await prefill('demographics'))?.answers).toMatchObject({ 'demographics.gender': [code('woman')] });
  });

  it('language and interpreter move what a visit needs; a narrower language on file stays', async () => {
    await commit('language', { 'language.preferred': [code('es')], 'language.interpreter': [true] });
    expect(await clinic.owner('patient').where({ id: patientId }).first('language', 'interpreter_needed')).toEqual({ language: 'es-MX', interpreter_needed: true }); // prettier-ignore
    await commit('language', { 'language.preferred': [code('vi')], 'language.interpreter': [false] });
    expect(await clinic.owner('patient').where({ id: patientId }).first('language', 'interpreter_needed')).toEqual({ language: 'vi', interpreter_needed: false }); // prettier-ignore
  });

  it('a new name keeps the old one findable; a number that is somebody else’s stops nobody', async () => {
    const identity = {
      'identity.given': ['Ana María'],
      'identity.family': ['Núñez'],
      'identity.birth-date': ['1980-05-02'],
      'identity.has-former-names': [true],
      'identity.former': [{ 'identity.former.family': ['Soto'] }],
      'identity.id-kind': [code('passport')],
      'identity.id-number': ['x 12-34'],
    };
    await commit('identity', identity);
    await commit('identity', identity);
    expect(await clinic.owner('patient').where({ id: patientId }).first('given', 'family', 'birth_date')).toEqual({ given: ['Ana', 'María'], family: 'Núñez', birth_date: '1980-05-02' }); // prettier-ignore
    expect((await clinic.owner('patient_name').where({ patient_id: patientId, use: 'old' })).map(({ family }) => family)).toContain('Soto'); // prettier-ignore
    expect(await clinic.owner('patient_identifier').where({ patient_id: patientId }).select('value')).toEqual([{ value: 'X1234' }]); // prettier-ignore
    const stated = await clinic.owner('patient_demographics').where({ patient_id: patientId }).whereNull('superseded_at').first('answer'); // prettier-ignore
    expect(stated.answer).not.toHaveProperty('identity.id-number');
    patientId = await clinic.addPatient();
    await commit('identity', identity);
    expect(await clinic.count('patient_identifier', { patient_id: patientId })).toBe(0);
  });

  it('an address has a history, channels a newest word, and people to call are added once', async () => {
    const contact = {
      'contact.has-phone': [true],
      'contact.phone': ['212 555 0123'],
      'contact.has-address': [true],
      'contact.address.line1': ['12 Oak Street'],
      'contact.address.city': ['New York'],
      'contact.address.state': ['NY'],
      'contact.address.postcode': ['10001'],
      'contact.consent.sms': [false],
      'contact.consent.email': [true],
      'contact.consent.voice': [true],
      'contact.has-emergency': [true],
      'contact.emergency': [{ 'contact.emergency.name': ['Jo Poe'], 'contact.emergency.relationship': [code('friend')], 'contact.emergency.phone': ['212 555 0199'] }],
    }; // prettier-ignore
    await commit('contact', contact);
    expect((await commit('contact', contact)).facts).toEqual({});
    await commit('contact', { ...contact, 'contact.address.line1': ['9 Elm Street'] }, { at: later(2) });
    const addresses = await clinic.owner('patient_address').where({ patient_id: patientId }).orderBy('recorded_at').select('address', 'superseded_because'); // prettier-ignore
    expect(addresses.map((row) => [row.address.line[0], row.superseded_because])).toEqual([['12 Oak Street', 'moved'], ['9 Elm Street', null]]); // prettier-ignore
    expect(await clinic.count('patient_contact', { patient_id: patientId })).toBe(1);
    expect(await clinic.count('contact_consent', { patient_id: patientId })).toBe(3);
    expect((await prefill('contact'))?.answers).toMatchObject({ 'contact.address.line1': ['9 Elm Street'], 'contact.phone': ['+12125550123'] }); // prettier-ignore
  });

  it('a later section that fails leaves the earlier one on the chart', async () => {
    await commit('allergies', some(allergy('Penicillin')));
    expect(await codeOf(commit('consents', { 'consents.agree.treatment': [true] }))).toBe('validation-failed');
    expect(await inForce()).toEqual(['Penicillin']);
  });
});

describe('consents', () => {
  const agree = (more: Record<string, unknown[]> = {}): SectionAnswers => ({
    'consents.agree.treatment': [true],
    'consents.agree.privacy-practices': [true],
    'consents.agree.financial-responsibility': [true],
    'consents.agree.electronic-communication': [false],
    'consents.relationship': [code('self')],
    'consents.typed-name': ['Pat Canary'],
    'consents.intent': [true],
    ...more,
  });
  const missing = (at = now) => clinic.read((trx) => consentsMissing(trx, { patientId, at }));
  const kinds = async (at?: Date) => (await missing(at)).map(({ kind, reason }) => `${kind}: ${reason}`);

  it('are signed with version, language and hash, and the signed text is found again by its hash', async () => {
    expect((await missing()).length).toBeGreaterThan(0);
    await commit('consents', agree(), { language: 'es-MX' });
    expect(await missing()).toEqual([]);
    const records = await clinic.read((trx) => consentRecordsOf(trx, patientId));
    const treatment = records.find(({ kind }) => kind === 'treatment')!;
    expect(treatment).toMatchObject({ event: 'signed', locale: 'es', typed_name: 'Pat Canary', relationship: 'self', intent_checked: true, signer: `patient:${patientId}`, source_intake_id: intakeId }); // prettier-ignore
    const document = await clinic.owner('consent_document').where({ content_sha256: treatment.content_sha256 }).first();
    expect(consentHash(document.body)).toBe(treatment.content_sha256);
    const shown = await clinic.read((trx) => consentDocuments(trx, 'es'));
    expect(shown.find(({ kind }) => kind === 'treatment')).toMatchObject({ body: document.body, sha256: treatment.content_sha256 }); // prettier-ignore
    expect((await commit('consents', agree(), { language: 'es' })).facts).toEqual({});
  });

  it('end after a year, with a new version, and at the moment they are taken back', async () => {
    await commit('consents', agree());
    expect(await kinds(new Date('2028-03-01T14:59:59.999Z'))).toEqual([]);
    expect(await kinds(new Date('2028-03-01T15:00:00Z'))).toContain('treatment: expired');
    const signed = (await clinic.read((trx) => consentRecordsOf(trx, patientId))).find(({ kind }) => kind === 'treatment')!; // prettier-ignore
    const takeBack = () => clinic.read((trx) => revokeConsent(trx, { organizationId: clinic.organizationId, patientId, consentId: signed.id, actor: self(), at: later(1) })); // prettier-ignore
    await takeBack();
    expect(await codeOf(takeBack())).toBe('conflict');
    expect(await kinds(later(1))).toEqual(['treatment: revoked']);
    expect(await clinic.count('consent_record', { id: signed.id, event: 'signed' })).toBe(1);
    const text = 'Another text.';
    const id = randomUUID();
    await clinic.owner('consent_document').insert({ id, organization_id: clinic.organizationId, kind: 'privacy-practices', version: '2', locale: 'en', title: 'Privacy', body: text, content_sha256: consentHash(text) }); // prettier-ignore
    expect(await kinds(later(1))).toContain('privacy-practices: new-version');
  });

  it('cannot be changed or removed by anyone who works with the database, nor can their texts', async () => {
    await commit('consents', agree());
    for (const db of [clinic.db, api, clinic.owner])
      for (const table of ['consent_record', 'consent_document'])
        for (const verb of ['update', 'delete'] as const)
          await expect(
            db.transaction(async (trx) => {
              await trx.raw(`SELECT set_config('app.organization', ?, true)`, [clinic.organizationId]);
              await (verb === 'update' ? trx(table).update({ version: '9' }) : trx(table).delete());
            }),
          ).rejects.toThrow(/append-only|permission denied/);
  });

  it('of a child are signed by the guardian on record, and by the child again once of age', async () => {
    patientId = await clinic.addPatient({ birth_date: '2009-07-04' });
    const parent = agree({ 'consents.relationship': [code('parent')], 'consents.typed-name': ['Maria Canary'] });
    expect(await codeOf(commit('consents', agree()))).toBe('validation-failed');
    expect(await codeOf(commit('consents', parent))).toBe('validation-failed');
    await clinic.read((trx) => recordGuardian(trx, { organizationId: clinic.organizationId, patientId, name: 'Maria Canary', relationship: 'parent', authority: 'parent', actor: staffActor, at: now })); // prettier-ignore
    await commit('consents', parent);
    expect((await kinds(new Date('2027-07-04T03:59:59Z'))).filter((one) => one.startsWith('treatment'))).toEqual([]);
    expect(await kinds(new Date('2027-07-04T04:00:00Z'))).toContain('treatment: came-of-age');
  });
});

describe('guardians, links and withdrawal', () => {
  const of = () => ({ organizationId: clinic.organizationId, intakeId, patientId, actor: staffActor, at: now });
  const file = (more: object = {}) => clinic.read((trx) => fileIntakeLink(trx, { ...of(), mail: 'intake-invitation', dedupeKey: randomUUID(), ...more })); // prettier-ignore

  it('a new link ends the one before; a reminder sends the living one again', async () => {
    const first = await file();
    expect(await file({ reuse: true, at: later(1), mail: 'intake-reminder' })).toMatchObject({ linkId: first.linkId });
    const second = await file({ reuse: true, at: later(2.5) });
    expect(second.linkId).not.toBe(first.linkId);
    expect(second.expiresAt.getTime()).toBe(later(5.5).getTime());
    const rows = await clinic.owner('intake_link').where({ intake_id: intakeId }).orderBy('created_at').select('ended_because'); // prettier-ignore
    expect(rows).toEqual([{ ended_because: 'replaced' }, { ended_because: null }]);
    expect(await clinic.read((trx) => closeIntakeLinks(trx, { ...of(), reason: 'closed' }))).toBe(1);
    expect(await clinic.read((trx) => closeIntakeLinks(trx, { ...of(), reason: 'closed' }))).toBe(0);
  });

  it('a child’s link goes to the guardian in authority, to nobody without one, and ends with the authority', async () => {
    patientId = await clinic.addPatient({ birth_date: '2009-07-04', email: 'child@example.org' });
    expect((await file()).to).toBe('nobody');
    const { id, until } = await clinic.read((trx) => recordGuardian(trx, { ...of(), name: 'Maria', relationship: 'parent', authority: 'parent', email: 'Maria@Example.org' })); // prettier-ignore
    expect(until?.toISOString()).toBe('2027-07-04T04:00:00.000Z');
    const filed = await file();
    expect(filed.to).toBe('guardian');
    const message = await clinic.owner('notification').where({ aggregate_id: filed.linkId }).first();
    expect(message).toMatchObject({ to_ref: `intake-link:${filed.linkId}`, kind: 'intake-invitation' });
    expect((await clinic.read((trx) => guardianAuthorityEnds(trx, intakeId)))?.toISOString()).toBe('2027-07-04T04:00:00.000Z'); // prettier-ignore
    await clinic.read((trx) => revokeGuardian(trx, { ...of(), guardianId: id, because: 'the court said so' }));
    expect((await file()).to).toBe('nobody');
    patientId = await clinic.addPatient({ birth_date: '1990-01-01' });
    expect(await codeOf(clinic.read((trx) => recordGuardian(trx, { ...of(), name: 'X', relationship: 'parent', authority: 'parent' })))).toBe('guard-failed'); // prettier-ignore
  });

  it('withdrawing stops messages, ends links, and erases what never reached the chart; the rest stays', async () => {
    await clinic.owner('intake').insert({ id: intakeId, organization_id: clinic.organizationId, patient_id: patientId, state: 'in-progress', language: 'en', expires_at: later(30), created_by: 'test', created_at: now }); // prettier-ignore
    const step = (name: string, accepted: Date | null, answers: object, version: number) =>
      clinic.owner('intake_step').insert({ organization_id: clinic.organizationId, intake_id: intakeId, step: name, questionnaire_version: 1, state: 'started', version, answers, saved_at: now, accepted_at: accepted }); // prettier-ignore
    const saved = (name: string, version: number, complete: boolean, answers: object, at: Date) =>
      clinic.owner('intake_answer').insert({ organization_id: clinic.organizationId, intake_id: intakeId, step: name, version, answers, complete, saved_by: 'test', saved_at: at, op_key: randomUUID() }); // prettier-ignore
    await step('reason', null, { a: ['draft'] }, 1);
    await saved('reason', 1, false, { a: ['draft'] }, now);
    await step('allergies', now, { b: ['later'] }, 2);
    await saved('allergies', 1, true, { b: ['accepted'] }, now);
    await saved('allergies', 2, false, { b: ['later'] }, later(1));
    await file();
    await clinic.read((trx) => queueIntakeNotice(trx, { ...of(), kind: 'intake-received', dedupeKey: randomUUID() }));
    const left = await clinic.read((trx) => withdrawIntake(trx, of()));
    expect(left).toEqual({ messagesSuppressed: 2, linksEnded: 1, eraseAt: later(30) });
    expect(await clinic.count('notification', { patient_id: patientId, state: 'queued' })).toBe(0);
    expect(await clinic.read((trx) => eraseDrafts(trx, of()))).toBe(2);
    expect(await clinic.read((trx) => eraseDrafts(trx, of()))).toBe(0);
    const steps = await clinic.owner('intake_step').where({ intake_id: intakeId }).orderBy('step').select('step', 'answers'); // prettier-ignore
    expect(steps).toEqual([
      { step: 'allergies', answers: { b: ['accepted'] } },
      { step: 'reason', answers: {} },
    ]);
    expect(await clinic.count('state_change', { aggregate: 'intake-link' })).toBeGreaterThan(0);
  });
});
