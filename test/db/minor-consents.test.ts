/** A minor's own consent by service rule, texts that are published, and what is kept from a guardian, on a real database. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadRecipient } from '../../activities/outbox-row.ts';
import { commitSection, prefillFor, type SectionAnswers } from '../../db/charts/chart-sections.ts';
import { consentVersions, publishConsent, signersOf } from '../../db/patients/consent-publications.ts';
import { consentDocuments, consentRecordsOf, consentsMissing, revokeConsent } from '../../db/patients/consents.ts';
import { recordGuardian } from '../../db/patients/guardians.ts';
import { fileIntakeLink, queueIntakeNotice } from '../../db/intakes/intake-links.ts';
import {
  addMinorConsentRule,
  endMinorConsentRule,
  minorConsentRuleFor,
  ruleColumns,
} from '../../db/patients/minor-consents.ts';
import { requiredAtCheckIn, visitConsents } from '../../db/patients/visit-consents.ts';
import type { Actor } from '../../domain/actor.ts';
import type { IntakeStep } from '../../domain/intake/intake.ts';
import { codeOf, createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
let visitTypeId = '';
let ruleId = '';
const now = new Date('2027-03-01T15:00:00Z');
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const of = () => ({ organizationId: clinic.organizationId, actor: staffActor, at: now });

beforeAll(async () => {
  clinic = await createClinic({ patients: 1 });
  visitTypeId = (await clinic.owner('visit_type').first('id')).id;
  ruleId = await addRule();
});
afterAll(() => clinic.stop());

const addRule = (more: object = {}) =>
  clinic.read((trx) => addMinorConsentRule(trx, { ...of(), visitTypeId, jurisdiction: null, fromAge: 14, guardianAccess: 'none', basis: 'Health Code 1', owner: 'Dr. Ada Park', validFrom: new Date('2027-01-01T00:00:00Z'), validTo: null, ...more })); // prettier-ignore

let patientId = '';
let intakeId = '';
const self = (): Actor => ({ kind: 'patient', ref: `patient:${patientId}`, patientId, permissions: [], ip: '192.0.2.7' }); // prettier-ignore
const addIntake = async (more: object = {}): Promise<string> => {
  const id = randomUUID();
  const columns = await clinic.read((trx) => ruleColumns(trx, { patientId, visitTypeId, locationId: null, at: now }));
  await clinic.owner('intake').insert({ id, organization_id: clinic.organizationId, patient_id: patientId, visit_type_id: visitTypeId, state: 'in-progress', language: 'en', expires_at: later(30), created_by: 'test', created_at: now, ...columns, ...more }); // prettier-ignore
  return id;
};
const commit = (step: IntakeStep, answers: SectionAnswers, options: { intake?: string; actor?: Actor; confidential?: boolean } = {}) =>
  clinic.read((trx) => commitSection(trx, { organizationId: clinic.organizationId, step, answers, patientId, intakeId: options.intake ?? intakeId, actor: options.actor ?? self(), at: now, confidential: options.confidential ?? true })); // prettier-ignore
const code = (value: string) => ({ code: value });
const agree = (more: Record<string, unknown[]> = {}): SectionAnswers => ({
  'consents.agree.treatment': [true],
  'consents.agree.privacy-practices': [true],
  'consents.agree.financial-responsibility': [true],
  'consents.agree.electronic-communication': [true],
  'consents.relationship': [code('self')],
  'consents.typed-name': ['Mia Ortiz'],
  'consents.intent': [true],
  ...more,
});
const parentSigns = agree({ 'consents.relationship': [code('parent')], 'consents.typed-name': ['Rosa Ortiz'] });
const scope = () => ({ visitTypeId, confidential: true });
const missing = (more: object = {}) =>
  clinic.read(async (trx) => (await consentsMissing(trx, { patientId, at: now, ...more })).map(({ kind, reason }) => `${kind}: ${reason}`)); // prettier-ignore

beforeEach(async () => {
  patientId = await clinic.addPatient({ birth_date: '2012-05-01', email: 'rosa@example.org' });
  await clinic.read((trx) => recordGuardian(trx, { ...of(), patientId, name: 'Rosa Ortiz', relationship: 'parent', authority: 'parent', email: 'rosa@example.org' })); // prettier-ignore
  intakeId = await addIntake();
});

describe('a minor under a rule', () => {
  it('signs alone; the record names relationship and rule, and counts for that service and no other', async () => {
    await commit('consents', agree());
    const records = await clinic.read((trx) => consentRecordsOf(trx, patientId));
    expect(records.length).toBe(4);
    for (const row of records) expect(row).toMatchObject({ event: 'signed', relationship: 'self', minor_consent_rule_id: ruleId, visit_type_id: visitTypeId }); // prettier-ignore
    expect(await missing({ scope: scope() })).toEqual([]);
    expect(await missing()).toContain('treatment: never-signed');
    expect((await commit('consents', agree())).facts).toEqual({});
  });

  it('is not signed for by a guardian in confidence, and a guardian does not sign as the patient', async () => {
    const guardian: Actor = { ...self(), ref: `guardian:${randomUUID()}` };
    expect(await codeOf(commit('consents', parentSigns))).toBe('validation-failed');
    expect(await codeOf(commit('consents', agree(), { actor: guardian }))).toBe('validation-failed');
    // Without a rule everything is as before.
    const plain = await addIntake({ minor_consent_rule_id: null, confidential: false });
    expect(await codeOf(commit('consents', agree(), { intake: plain }))).toBe('validation-failed');
    await commit('consents', parentSigns, { intake: plain, actor: guardian });
    expect(await missing()).toEqual([]);
    expect(await missing({ scope: scope() })).toContain('treatment: never-signed');
    // The child's word on one service takes nothing back of what the guardian signed for the others.
    await commit('consents', agree({ 'consents.agree.treatment': [false] }));
    expect(await missing()).toEqual([]);
    expect(await missing({ scope: scope() })).toContain('treatment: declined');
    const [signed] = (await clinic.read((trx) => consentRecordsOf(trx, patientId))).filter((row) => row.event === 'signed' && row.visit_type_id !== null); // prettier-ignore
    await clinic.read((trx) => revokeConsent(trx, { ...of(), patientId, consentId: signed!.id }));
    const [revoked] = await clinic.read((trx) => consentRecordsOf(trx, patientId));
    expect(revoked).toMatchObject({ event: 'revoked', visit_type_id: visitTypeId, minor_consent_rule_id: ruleId });
    expect(await missing()).toEqual([]);
  });

  it('shares the intake with a guardian where the rule says so, and either signs', async () => {
    const shared = await addIntake({ confidential: false });
    await commit('consents', parentSigns, { intake: shared, confidential: false });
    expect(await missing({ scope: { visitTypeId, confidential: false } })).toEqual([]);
    await commit('consents', agree(), { intake: shared, confidential: false });
    const [newest] = await clinic.read((trx) => consentRecordsOf(trx, patientId));
    expect(newest).toMatchObject({ relationship: 'self', minor_consent_rule_id: ruleId });
  });

  it('told in confidence: health facts reach the chart, and no prefill of anybody else; who they are stays with the intake', async () => {
    const pills = { 'medications.any': [code('some')], 'medications.list': [{ 'medications.name': ['Levonorgestrel'] }] }; // prettier-ignore
    await commit('medications', pills);
    await commit('contact', { 'contact.has-phone': [true], 'contact.phone': ['+12125550142'], 'contact.email': ['mia@example.org'] }); // prettier-ignore
    await commit('demographics', { 'demographics.gender': [code('non-binary')] });
    const prefill = (step: IntakeStep, withoutConfidential: boolean) => clinic.read((trx) => prefillFor(trx, { patientId, step, withoutConfidential })); // prettier-ignore
    expect(JSON.stringify(await prefill('medications', false))).toContain('Levonorgestrel');
    expect(await prefill('medications', true)).toBeNull();
    for (const step of ['contact', 'demographics'] as const)
      expect(JSON.stringify(await prefill(step, false))).not.toMatch(/mia@|non-binary|0142/);
    expect(await clinic.owner('patient').where({ id: patientId }).first('email')).toEqual({ email: 'rosa@example.org' }); // prettier-ignore
  });

  it('gets the link at the address that is safe; the chart’s address and the guardian get nothing', async () => {
    const file = (more: object = {}) => clinic.read((trx) => fileIntakeLink(trx, { ...of(), intakeId, patientId, mail: 'intake-invitation', dedupeKey: randomUUID(), ...more })); // prettier-ignore
    expect((await file()).to).toBe('nobody');
    await clinic.owner('intake').where({ id: intakeId }).update({ private_contact: JSON.stringify({ email: 'mia@example.org' }) }); // prettier-ignore
    const filed = await file();
    expect(filed.to).toBe('patient');
    expect(await clinic.owner('intake_link').where({ id: filed.linkId }).first('guardian_id')).toEqual({ guardian_id: null }); // prettier-ignore
    expect(await clinic.read((trx) => loadRecipient(trx, `intake-link:${filed.linkId}`))).toMatchObject({ email: 'mia@example.org', phone: null }); // prettier-ignore
    expect(await clinic.read((trx) => queueIntakeNotice(trx, { ...of(), intakeId, patientId, kind: 'intake-received', dedupeKey: randomUUID() }))).toBe(false); // prettier-ignore
  });

  it('needs the age, and a rule in force on the day; the rule of the beginning holds on', async () => {
    const fits = (id: string, at = now) => clinic.read((trx) => minorConsentRuleFor(trx, { patientId: id, visitTypeId, locationId: null, at })); // prettier-ignore
    const young = await clinic.addPatient({ birth_date: '2013-03-02' });
    expect(await fits(young)).toBeNull();
    expect((await fits(young, later(1)))?.id).toBe(ruleId);
    expect(await fits(await clinic.addPatient({ birth_date: '1990-01-01' }))).toBeNull();
    expect(await fits(await clinic.addPatient({ birth_date: '2012' }))).toBeNull();
    const other = await addRule({ validFrom: later(10), fromAge: 15 });
    expect((await fits(patientId, later(20)))?.id).toBeUndefined();
    await clinic.read((trx) => endMinorConsentRule(trx, { ...of(), id: other }));
    expect((await fits(patientId, later(20)))?.id).toBe(ruleId);
    expect(await codeOf(clinic.read((trx) => endMinorConsentRule(trx, { ...of(), id: other })))).toBe('conflict');
    for (const db of [clinic.db, clinic.owner])
      await expect(
        db.transaction(async (trx) => {
          await trx.raw(`SELECT set_config('app.organization', ?, true)`, [clinic.organizationId]);
          await trx('minor_consent_rule').where({ id: ruleId }).update({ from_age: 10 });
        }),
      ).rejects.toThrow(/never rewritten/);
  });
});

describe('a new version of a text', () => {
  const texts = { en: { title: 'Care', text: 'We care.\n\nYou may say no.' }, es: { title: 'Atención', text: 'Cuidamos.' } }; // prettier-ignore
  const publish = (more: object = {}) =>
    clinic.read((trx) => publishConsent(trx, { ...of(), kind: 'treatment', baseVersion: '1', texts, missing: ['zh-Hans', 'vi', 'pt', 'ar'], fallback: 'es', ...more })); // prettier-ignore

  it('is whole, says what is missing and what stands in, ends what was signed, and is never changed', async () => {
    patientId = await clinic.addPatient({ birth_date: '1980-05-01' });
    await commit('consents', agree(), { intake: randomUUID(), confidential: false });
    const before = await clinic.read((trx) => signersOf(trx));
    expect(await codeOf(publish({ missing: [] }))).toBe('validation-failed');
    expect(await codeOf(publish({ fallback: 'ar' }))).toBe('validation-failed');
    expect(await codeOf(publish({ kind: 'nothing' }))).toBe('not-found');
    expect(await publish()).toBe('2');
    expect(await codeOf(publish())).toBe('conflict');
    expect(await codeOf(publish({ baseVersion: '2' }))).toBe('guard-failed');
    expect(await missing()).toEqual(['treatment: new-version']);
    const shown = async (language: string) => (await clinic.read((trx) => consentDocuments(trx, language))).find(({ kind }) => kind === 'treatment'); // prettier-ignore
    expect(await shown('en')).toMatchObject({ version: '2', locale: 'en', body: 'Care\n\nWe care.\n\nYou may say no.' }); // prettier-ignore
    expect(await shown('ar')).toMatchObject({ version: '2', locale: 'es' });
    const versions = (await clinic.read((trx) => consentVersions(trx))).filter(({ kind }) => kind === 'treatment');
    expect(versions).toMatchObject([
      { version: '2', source: 'published', present: true, fallback: 'es', missing: ['zh-Hans', 'vi', 'pt', 'ar'], askedAgain: before.get('treatment') }, // prettier-ignore
      { version: '1', source: 'shipped', present: false, missing: [] },
    ]);
    const late = { id: randomUUID(), organization_id: clinic.organizationId, kind: 'treatment', version: '2', locale: 'vi', title: 'x', body: 'x', content_sha256: 'a'.repeat(64) }; // prettier-ignore
    await expect(clinic.owner('consent_document').insert(late)).rejects.toThrow(/another text is another version/);
    await expect(clinic.owner('consent_publication').update({ fallback: 'en' })).rejects.toThrow(/append-only/);
    await commit('consents', agree(), { intake: randomUUID(), confidential: false });
    expect(await missing()).toEqual([]);
  });
});

describe('checking in', () => {
  it('shows what is missing; where the policy says so it is required, by the service of the visit', async () => {
    const visit = { id: randomUUID(), patient_id: patientId, visit_type_id: visitTypeId, location_id: null };
    const found = () => clinic.read((trx) => visitConsents(trx, visit, now));
    expect(await found()).toMatchObject({ confidential: true, intake: null });
    const required = (rows: object[]) => clinic.read((trx) => requiredAtCheckIn(trx, visit, rows as never, now));
    const row = { kind: 'consent', locationId: null, validFrom: 0, validTo: null, value: { atCheckIn: 'require' } };
    expect(await required([])).toEqual([]);
    expect(await required([row])).toEqual(['treatment', 'financial-responsibility']);
    await commit('consents', agree());
    expect((await found()).missing).toEqual([]);
    expect(await required([row])).toEqual([]);
  });
});
