/** features.md A6 on a real database: which version a case gets, and that nothing reaches it afterwards. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  changeDraft,
  createDraft,
  publishDraft,
  putAwayDrafts,
  retireVersion,
  unreadyOf,
  type DraftContext,
} from '../../db/intakes/questionnaire-drafts.ts';
import {
  pinnedNumbers,
  pinnedQuestionnaire,
  readQuestionnaire,
  versionHeads,
  versionRow,
} from '../../db/intakes/questionnaires.ts';
import { withOrganization } from '../../db/transaction.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { textsOf } from '../../domain/questionnaire/questionnaire-localization.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import { codeOf, createClinic, staffActor, type Clinic } from '../support/clinic-fixture.ts';

let clinic: Clinic;
beforeAll(async () => {
  clinic = await createClinic({ patients: 0 });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

const context = (code: string): DraftContext => ({
  organizationId: clinic.organizationId,
  code,
  actor: staffActor,
  at: new Date('2027-03-01T12:00:00Z'),
});
const numberOf = (code: 'reason' | 'history' | 'review') =>
  clinic.read(async (trx) => (await pinnedQuestionnaire(trx, clinic.organizationId, code)).version);

/** Every text of the step, made up, in the five languages beside English. */
function translated(code: 'reason' | 'history' | 'review') {
  const keys = [...textsOf(defaultQuestionnaires[code].definition).keys()];
  const texts = Object.fromEntries(keys.map((key) => [key, `~${key}`]));
  return Object.fromEntries(
    writtenLanguages.filter((language) => language !== 'en').map((language) => [language, texts]),
  );
}
const draftOf = async (code: 'reason' | 'history' | 'review') => {
  const number = await clinic.read((trx) => createDraft(trx, context(code)));
  const row = await clinic.read((trx) => versionRow(trx, clinic.organizationId, code, number));
  return { number, version: row.version, definition: row.definition };
};

it('pins what the product brings as a copy of each step, the same for whoever comes at the same moment', async () => {
  const both = await Promise.all([1, 2, 3].map(() => clinic.read((trx) => pinnedNumbers(trx, clinic.organizationId))));
  for (const numbers of both) expect(numbers).toEqual(Object.fromEntries(intakeSteps.map((step) => [step, 1])));
  const heads = await clinic.read((trx) => versionHeads(trx, clinic.organizationId));
  expect(heads.map(({ code, source, state }) => [code, source, state])).toEqual(
    intakeSteps.toSorted().map((step) => [step, 'default', 'published']),
  );
  const read = await clinic.read((trx) => readQuestionnaire(trx, clinic.organizationId, 'reason', 1));
  expect(read.definition.item).toEqual(defaultQuestionnaires.reason.definition.item);
});

it('A6: publishing leaves the version of an open case as it was; the next case gets the new one', async () => {
  const before = await numberOf('reason');
  const pinned = await clinic.read((trx) => readQuestionnaire(trx, clinic.organizationId, 'reason', before));
  const draft = await draftOf('reason');
  const definition = { ...draft.definition, title: 'Why are you coming?' };
  await clinic.read((trx) =>
    changeDraft(trx, context('reason'), draft.number, 1, { definition, translations: translated('reason') }),
  );
  expect(await numberOf('reason')).toBe(before);
  await clinic.read((trx) => publishDraft(trx, context('reason'), draft.number, 2));
  expect(await numberOf('reason')).toBe(draft.number);
  expect(await clinic.read((trx) => readQuestionnaire(trx, clinic.organizationId, 'reason', before))).toEqual(pinned);

  // The one after it retires it, and it stays readable for the cases that have it.
  const next = await draftOf('reason');
  expect(next.definition.title).toBe('Why are you coming?');
  await clinic.read((trx) => publishDraft(trx, context('reason'), next.number, 1));
  const former = await clinic.read((trx) => versionRow(trx, clinic.organizationId, 'reason', draft.number));
  expect(former).toMatchObject({ state: 'retired', definition: { title: 'Why are you coming?' } });
  // Without one of its own, a clinic asks what the product brings.
  await clinic.read((trx) => retireVersion(trx, context('reason'), next.number, 2));
  expect(await numberOf('reason')).toBe(before);
});

it('names every text that is not translated and everything wrong with a definition, and publishes nothing', async () => {
  const draft = await draftOf('history');
  const all = translated('history');
  const [first] = Object.keys(all['vi']!);
  const item = [...draft.definition.item, { linkId: 'added', type: 'choice' as const, text: 'No options' }];
  await clinic.read((trx) =>
    changeDraft(trx, context('history'), draft.number, 1, {
      definition: { ...draft.definition, item },
      translations: { ...all, vi: { ...all['vi'], [first!]: null } },
    }),
  );
  const refused = await clinic
    .read((trx) => publishDraft(trx, context('history'), draft.number, 2))
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'questionnaire-not-ready' });
  const named = (refused as { problem: { errors: { path: string; code: string }[] } }).problem.errors.map(
    ({ path, code }) => `${code} ${path}`,
  );
  expect(named).toContain(`missing-translation /translations/vi/${first}`);
  expect(named).toContain('missing-translation /translations/ar/added');
  expect(named).toContain(`bad-option /definition/item/${draft.definition.item.length}`);
  const row = await clinic.read((trx) => versionRow(trx, clinic.organizationId, 'history', draft.number));
  expect(row.state).toBe('draft');
  expect(unreadyOf(row).missing['vi']).toEqual(expect.arrayContaining([first, 'added']));
});

it('refuses a stale change, a second draft, another language and a key of nothing', async () => {
  const draft = await draftOf('review');
  const change = (version: number, translations: Record<string, Record<string, string>>) => clinic.read((trx) => changeDraft(trx, context('review'), draft.number, version, { translations })); // prettier-ignore
  await change(1, { es: { title: 'Revisar' } });
  expect(await codeOf(change(1, { es: { title: 'x' } }))).toBe('version-conflict');
  expect(await codeOf(change(2, { de: { title: 'x' } }))).toBe('validation-failed');
  expect(await codeOf(change(2, { es: { nothing: 'x' } }))).toBe('validation-failed');
  expect(await codeOf(clinic.read((trx) => createDraft(trx, context('review'))))).toBe('duplicate');
  expect(await codeOf(clinic.read((trx) => createDraft(trx, context('nothing'))))).toBe('not-found');
  await clinic.read((trx) => retireVersion(trx, context('review'), draft.number, 2));
  expect(await codeOf(clinic.read((trx) => publishDraft(trx, context('review'), draft.number, 3)))).toBe(
    'invalid-transition',
  );
  expect((await draftOf('review')).number).toBe(draft.number + 1);
});

it('keeps a published version by constraint, whoever writes', async () => {
  await clinic.read((trx) => pinnedNumbers(trx, clinic.organizationId));
  const one = () => clinic.owner('questionnaire_version').where({ source: 'default', number: 1 });
  await expect(one().update({ translations: JSON.stringify({ es: {} }) })).rejects.toThrow(/never changes/);
  await expect(one().update({ state: 'draft', published_at: null, published_by: null })).rejects.toThrow(
    /never changes|does not go/,
  );
  await expect(one().update({ number: 9 })).rejects.toThrow(/stays/);
  await expect(one().delete()).rejects.toThrow(/append-only/);
});

it('shows nothing of it to another organization', async () => {
  await clinic.read((trx) => pinnedNumbers(trx, clinic.organizationId));
  const other = '00000000-0000-4000-8000-000000000001';
  expect(await withOrganization(clinic.db, other, (trx) => versionHeads(trx, clinic.organizationId))).toEqual([]);
});

it('a draft that nobody touches is put away after the days of the policy, listed, and gone on with', async () => {
  const days = (count: number): Date => new Date(Date.parse('2027-03-01T12:00:00Z') + count * 86_400_000);
  const look = (at: Date) => clinic.read((trx) => putAwayDrafts(trx, clinic.organizationId, at));
  // What other tests of this file left is out of the way.
  await look(days(400));
  const { number, version, definition } = await draftOf('history');
  const change = { definition: { ...definition, title: 'Half written' } };
  await clinic.read((trx) => changeDraft(trx, context('history'), number, version, change));
  expect(await look(days(89))).toBe(0);
  expect(await look(days(90))).toBe(1);
  expect(await look(days(90))).toBe(0);
  const row = await clinic.read((trx) => versionRow(trx, clinic.organizationId, 'history', number));
  expect(row).toMatchObject({ state: 'retired', published_at: null, definition: { title: 'Half written' } });
  const next = await clinic.read((trx) => createDraft(trx, context('history'), number));
  const again = await clinic.read((trx) => versionRow(trx, clinic.organizationId, 'history', next));
  expect(again).toMatchObject({ state: 'draft', based_on: number, definition: { title: 'Half written' } });
  await clinic.read((trx) => retireVersion(trx, context('history'), next, again.version));
});
