/** Writing the next version of a questionnaire over HTTP: who may, what is refused, what publishing names. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../api/routes.ts';
import { writtenLanguages } from '../../domain/language.ts';
import { textsOf } from '../../domain/questionnaire/questionnaire-localization.ts';
import type { Questionnaire } from '../../domain/questionnaire/questionnaire.ts';
import { startTestApi, type Client, type TestApi } from './support.ts';

let api: TestApi;
let administrator: Client;
let nurse: Client;
beforeAll(async () => {
  api = await startTestApi(routes);
  const organizationId = await api.createOrganization('Questions Clinic');
  administrator = await api.signIn((await api.createPerson(organizationId, 'administrator')).email);
  nurse = await api.signIn((await api.createPerson(organizationId, 'nurse')).email);
});
afterAll(() => api.stop());

const one = '/questionnaires/allergies/versions';
const others = writtenLanguages.filter((language) => language !== 'en');

it('goes from what the product brings to a published version of the clinic’s own', async () => {
  const list = await administrator.request('GET', '/questionnaires');
  expect(list.status).toBe(200);
  expect(list.body.items).toHaveLength(12);
  expect(list.body.items).toContainEqual({ code: 'allergies', title: 'Your allergies', present: { number: 0, source: 'default', publishedAt: null }, draft: null, versions: 0 }); // prettier-ignore

  const made = await administrator.request('POST', one, { body: {}, key: 'draft-1' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    number: 1,
    state: 'draft',
    version: 1,
    allowedActions: ['change', 'publish', 'retire'],
  });
  expect((await administrator.request('POST', one, { body: {}, key: 'draft-1' })).body).toEqual(made.body);
  expect((await administrator.request('POST', one, { body: {} })).status).toBe(409);

  const definition = made.body.definition as unknown as Questionnaire;
  const keys = [...textsOf(definition).keys()];
  const translations = Object.fromEntries(
    others.map((language) => [language, Object.fromEntries(keys.map((key) => [key, `${language} ${key}`]))]),
  );
  // prettier-ignore
  const incomplete = { ...translations, ar: { ...translations['ar'], title: null } };
  const changed = await administrator.request('PATCH', `${one}/1`, {
    body: { translations: incomplete },
    headers: { 'if-match': '"1"' },
  });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('etag')).toBe('"2"');
  expect(changed.body.missing).toEqual({ ar: ['title'] });

  const refused = await administrator.request('POST', `${one}/1/publish`, { body: { version: 2 } });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatchObject({
    code: 'questionnaire-not-ready',
    errors: [{ path: '/translations/ar/title', code: 'missing-translation' }],
  });
  await administrator.request('PATCH', `${one}/1`, {
    body: { translations: { ar: { title: 'حساسيتك' } } },
    headers: { 'if-match': '"2"' },
  });
  const published = await administrator.request('POST', `${one}/1/publish`, { body: { version: 3 } });
  expect(published.body).toMatchObject({ state: 'published', allowedActions: ['retire'] });

  const preview = await administrator.request('GET', `${one}/1/preview?language=ar`);
  expect(preview.body).toMatchObject({
    rightToLeft: true,
    fellBack: [],
    questionnaire: { title: 'حساسيتك', language: 'ar' },
  });
  const fhir = await administrator.request('GET', `${one}/1/fhir`);
  expect(fhir.body).toMatchObject({ resourceType: 'Questionnaire', status: 'active', version: '1' });
  const shown = await administrator.request('GET', '/questionnaires/allergies');
  expect(shown.body).toMatchObject({ present: 1, versions: [{ number: 1, state: 'published' }] });
});

it('refuses a stale change, no If-Match, what is no questionnaire, and what is not a draft', async () => {
  const versions = '/questionnaires/contact/versions';
  const { body } = await administrator.request('POST', versions, { body: {} });
  const at = `${versions}/${String(body.number)}`;
  const send = (change: unknown, match?: string) => administrator.request('PATCH', at, { body: change, ...(match && { headers: { 'if-match': match } }) }); // prettier-ignore
  expect((await send({ translations: {} })).status).toBe(428);
  expect((await send({ translations: {} }, '"7"')).status).toBe(412);
  const bad = { ...(body.definition as object), item: [{ linkId: 'x', type: 'reference', text: 'Who?' }] };
  const answer = await send({ definition: bad }, '"1"');
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/body/definition/item/0/type' }] } });
  expect((await send({ translations: { de: {} } }, '"1"')).status).toBe(400);
  expect((await administrator.request('POST', `${at}/retire`, { body: { version: 1 } })).status).toBe(200);
  expect((await send({ translations: {} }, '"2"')).status).toBe(409);
  expect((await administrator.request('GET', `${versions}/99`)).status).toBe(404);
  expect((await administrator.request('GET', '/questionnaires/nothing')).status).toBe(404);
});

it('compares two versions as data', async () => {
  const versions = '/questionnaires/history/versions';
  const { body } = await administrator.request('POST', versions, { body: {} });
  const definition = body.definition as unknown as Questionnaire;
  const item = [{ ...definition.item[0]!, text: 'Another text' }, ...definition.item.slice(1)];
  await administrator.request('PATCH', `${versions}/1`, {
    body: { definition: { ...definition, item } },
    headers: { 'if-match': '"1"' },
  });
  const { status, body: difference } = await administrator.request(
    'GET',
    '/questionnaires/history/comparison?from=0&to=1',
  );
  expect(status).toBe(200);
  expect(difference).toMatchObject({
    title: null,
    items: [
      { linkId: definition.item[0]!.linkId, change: 'changed', fields: [{ field: 'text', after: 'Another text' }] },
    ],
  });
});

it('says before a publication what it would change', async () => {
  const versions = '/questionnaires/reason/versions';
  await administrator.request('POST', versions, { body: {} });
  const before = (await administrator.request('GET', `${versions}/1`)).body;
  const change = {
    definition: { ...before.definition, title: 'What brings you here today' },
    translations: { vi: { title: null } },
  };
  const changed = await administrator.request('PATCH', `${versions}/1`, { body: change, headers: { 'if-match': '"1"' } }); // prettier-ignore
  expect(changed.status).toBe(200);
  const { status, body } = await administrator.request('GET', `${versions}/1/publication`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    number: 1,
    present: { number: 0, source: 'default' },
    difference: {
      title: { before: before.definition.title, after: 'What brings you here today' },
      items: [],
      texts: [{ language: 'vi', key: 'title', after: null }],
    },
    staying: [],
  });
  expect(body.languages).toEqual(
    writtenLanguages.map((language) => ({ language, missing: language === 'vi' ? 1 : 0 })),
  );
  expect((await nurse.request('GET', `${versions}/1/publication`)).status).toBe(403);
});

it('is for administrators', async () => {
  expect((await nurse.request('GET', '/questionnaires')).status).toBe(403);
  expect((await nurse.request('POST', one, { body: {} })).status).toBe(403);
});
