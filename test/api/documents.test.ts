/** Uploads, as strangers and attackers send them: security-reliability.md, section 6, row 15, over HTTP. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pino from 'pino';
import { eicarScanner } from '../../activities/adapters/eicar-scanner.ts';
import { databaseClock } from '../../activities/ports.ts';
import { openApiDocument } from '../../api/openapi.ts';
import { routes } from '../../api/routes.ts';
import { connect, type Db } from '../../db/connection.ts';
import { claimScan, mostDocuments } from '../../db/patients/documents.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { Scanner } from '../../activities/scanner.ts';
import { scanNext } from '../../workers/document-watch.ts';
import { eicar, jpegCard, pdf, pngBomb, pngCard, zip } from '../documents/files.ts';
import { auditRows, startTestApi, type Answer, type Client, type TestApi } from './support.ts';

let api: TestApi;
let home: string;
let organizationId: string;
let worker: Db;
let desk: Client & { token: string };
let patient: Client & { token: string };
let other: Client & { token: string };
let patientId: string;
let intakeId: string;

async function openIntake(forPatient: string, state = 'in-progress'): Promise<string> {
  const id = randomUUID();
  await api.owner('intake').insert({
    id,
    organization_id: organizationId,
    patient_id: forPatient,
    state,
    language: 'en',
    expires_at: new Date('2030-01-01'),
    created_by: 'test',
    created_at: new Date(),
    ...(state === 'cancelled' && { ended_at: new Date() }),
  });
  return id;
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hs-uploads-'));
  api = await startTestApi(routes, { config: { documentDirectory: join(home, 'documents') } });
  organizationId = await api.createOrganization('Upload Clinic');
  worker = connect({ url: api.database.urls.worker, applicationName: 'test-worker', poolMax: 3 });
  desk = await api.signIn((await api.createPerson(organizationId, 'front-desk')).email);
  const person = await api.createPerson(organizationId, 'patient');
  patientId = person.patientId!;
  patient = await api.signIn(person.email);
  other = await api.signIn((await api.createPerson(organizationId, 'patient')).email);
  intakeId = await openIntake(patientId);
});
afterAll(async () => {
  await worker?.destroy();
  await api?.stop();
  rmSync(home, { recursive: true, force: true });
});

interface Sent {
  readonly type?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly key?: string;
  readonly as?: { readonly token: string };
  readonly intake?: string;
  readonly headers?: Record<string, string>;
}

async function send(file: Buffer, options: Sent = {}): Promise<Answer> {
  const {
    type = 'application/octet-stream',
    kind = 'insurance-front',
    name,
    key = randomUUID(),
    as = patient,
  } = options;
  const query = new URLSearchParams({ kind, ...(name !== undefined && { name }) });
  const response = await fetch(`${api.url}/api/v1/intakes/${options.intake ?? intakeId}/documents?${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as.token}`, 'content-type': type, 'idempotency-key': key, ...options.headers },
    body: new Uint8Array(file),
  });
  const body: unknown = await response.json();
  return { status: response.status, body, headers: response.headers };
}

const watch = (scanner: Scanner | null = eicarScanner) => ({
  db: worker,
  clock: databaseClock(worker),
  log: pino({ level: 'silent' }),
  store: api.ports.documents,
  scanner,
});
async function scanAll(): Promise<void> {
  while (await scanNext(watch(), organizationId));
}
const download = (id: string, as: { token: string } = patient): Promise<Response> =>
  fetch(`${api.url}/api/v1/documents/${id}`, { headers: { authorization: `Bearer ${as.token}` } });
const stored = (): string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(home, name)).isFile());

describe('a card', () => {
  it('is sent, kept back, scanned, and served as a download without its metadata', async () => {
    const answer = await send(await jpegCard(), { type: 'image/jpeg', name: 'my card.jpg' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      kind: 'insurance-front',
      state: 'quarantined',
      contentType: 'image/jpeg',
      name: 'my card.jpg',
    });
    const { id } = answer.body as { id: string };
    const early = await download(id);
    expect(early.status).toBe(409);
    expect(((await early.json()) as { state: string }).state).toBe('quarantined');
    await scanAll();
    const late = await download(id);
    expect(late.status).toBe(200);
    expect(late.headers.get('content-type')).toBe('image/jpeg');
    expect(late.headers.get('content-disposition')).toBe('attachment; filename="insurance-front.jpg"');
    expect(late.headers.get('x-content-type-options')).toBe('nosniff');
    expect(late.headers.get('content-security-policy')).toContain('sandbox');
    expect(late.headers.get('cache-control')).toBe('no-store');
    const content = Buffer.from(await late.arrayBuffer());
    expect((await sharp(content).metadata()).exif).toBeUndefined();
    expect(content.includes('CANARY-CAMERA')).toBe(false);
    for (const name of stored()) expect(readFileSync(join(home, name)).includes('JFIF'), name).toBe(false);
    const audit = (await auditRows(api, { entity_id: id })).map(({ action, outcome }) => `${action} ${outcome}`);
    expect(audit).toContain('document:upload success');
    expect(audit).toContain('document:download success');
    expect(audit).toContain('document:scanned success');
  });

  it('is opened by staff, and for another patient it does not exist', async () => {
    const { id } = (await send(await pngCard())).body as { id: string };
    await scanAll();
    expect((await download(id, desk)).status).toBe(200);
    for (const path of [`/documents/${id}`, `/documents/${id}/state`, `/intakes/${intakeId}/documents`])
      expect((await other.request('GET', path)).status, path).toBe(404);
    expect((await send(await pngCard(), { as: other })).status).toBe(404);
    const elsewhere = await api.createOrganization('Another Clinic');
    const stranger = await api.signIn((await api.createPerson(elsewhere, 'administrator')).email);
    expect((await download(id, stranger)).status).toBe(404);
    const listed = await patient.request('GET', `/intakes/${intakeId}/documents`);
    expect((listed.body as { items: { id: string }[] }).items.map((item) => item.id)).toContain(id);
  });

  it('is filed once for one key, and another file under the same key is refused', async () => {
    const [key, card] = [randomUUID(), pdf()];
    const [one, two] = [await send(card, { key }), await send(card, { key })];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect((two.body as { id: string }).id).toBe((one.body as { id: string }).id);
    expect((await send(pdf({ pages: 2 }), { key })).body).toMatchObject({ code: 'idempotency-key-reused' });
  });
});

describe('abuse', () => {
  it('1 GB: refused by its declared length, and cut off when it has none', async () => {
    const declared = await new Promise<string>((resolve) => {
      const { port } = new URL(api.url);
      const socket = connectSocket(Number(port), '127.0.0.1', () =>
        socket.write(
          `POST /api/v1/intakes/${intakeId}/documents?kind=other HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${patient.token}\r\n` +
            `Idempotency-Key: ${randomUUID()}\r\nContent-Type: image/jpeg\r\nContent-Length: ${1024 ** 3}\r\n\r\n`,
        ),
      );
      let answer = '';
      socket.on('data', (chunk) => (answer += String(chunk)));
      socket.on('close', () => resolve(answer));
    });
    expect(declared).toMatch(/^HTTP\/1\.1 413/);
    const before = process.memoryUsage().rss;
    const { status, sent } = await endless(1024 ** 3);
    expect(status).toBe(413);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  it('a body that breaks off leaves nothing', async () => {
    const before = stored();
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${api.url}/api/v1/intakes/${intakeId}/documents?kind=other`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${patient.token}`,
          'content-type': 'image/png',
          'idempotency-key': randomUUID(),
        },
      });
      request.on('error', () => undefined).on('close', resolve);
      request.write(Buffer.alloc(100_000));
      setTimeout(() => request.destroy(), 100);
    });
    await expect.poll(stored).toEqual(before);
  });

  it.each([
    ['zip bomb', () => zip(), 415, 'unsupported-media-type'],
    [
      'PNG/HTML polyglot',
      async () => Buffer.concat([await pngCard(), Buffer.from('<html><script>alert(1)</script>')]),
      422,
      'document-refused',
    ],
    ['decompression bomb', () => pngBomb(50_000, 50_000), 422, 'document-refused'],
    [
      'SVG script',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      415,
      'unsupported-media-type',
    ],
    ['GIF/JS', () => Buffer.from('GIF89a/*..*/=alert(1)'), 415, 'unsupported-media-type'],
    ['PDF with leading junk', () => Buffer.concat([Buffer.from('junk'), pdf()]), 415, 'unsupported-media-type'],
    ['PDF with a script', () => pdf({ catalog: '/OpenAction << /S /JavaScript >>' }), 422, 'document-refused'],
    ['truncated picture', async () => (await jpegCard()).subarray(0, 500), 422, 'unreadable-image'],
  ] as const)('%s', async (_name, make, status, code) => {
    const before = stored();
    const answer = await send(await make());
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([status, code]);
    expect(stored()).toEqual(before);
  });

  it('a declared type that is not taken, or that contradicts the bytes', async () => {
    const card = await pngCard();
    expect((await send(card, { type: 'image/svg+xml' })).status).toBe(415);
    expect((await send(card, { type: 'application/json' })).status).toBe(415);
    expect((await send(card, { type: 'text/plain' })).status).toBe(415);
    expect((await send(card, { type: 'image/jpeg' })).status).toBe(415);
    expect((await send(card, { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
    expect((await send(Buffer.alloc(0))).status).toBe(400);
    expect((await send(card, { kind: '../../x' })).status).toBe(400);
  });

  it('a name that leads elsewhere (../../x) is text and nothing else', async () => {
    const before = stored();
    const answer = await send(pdf(), { name: '..\\..//../etc/\u202Egnp.x\u0007' });
    expect(answer.status).toBe(201);
    expect((answer.body as { name: string }).name).toBe('gnp.x');
    const added = stored().filter((name) => !before.includes(name));
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(/^documents\/objects\/[0-9a-f]{2}\/[0-9a-f]{32}$/);
  });

  it('EICAR: found by the scan, refused, and never served', async () => {
    const answer = await send(pdf({ extra: `% ${eicar}` }), { type: 'application/pdf' });
    expect(answer.status).toBe(201);
    const { id } = answer.body as { id: string };
    await scanAll();
    expect((await patient.request('GET', `/documents/${id}/state`)).body).toMatchObject({ state: 'refused' });
    for (const as of [patient, desk]) expect((await download(id, as)).status).toBe(409);
    expect(await api.owner('document').where({ id }).first('finding', 'scanner')).toEqual({
      finding: 'Eicar-Test-Signature',
      scanner: 'eicar-stand-in',
    });
    // What was sent as a bare text is none of our files.
    expect((await send(Buffer.from(eicar))).status).toBe(415);
  });

  it('a dead scanner keeps everything in quarantine, and its return lets it go', async () => {
    const { id } = (await send(pdf())).body as { id: string };
    const dead: Scanner = { name: 'dead', scan: () => Promise.reject(new Error('connection refused')) };
    expect(await scanNext(watch(dead), organizationId)).toBe(true);
    expect(await scanNext(watch(null), organizationId)).toBe(false);
    expect((await download(id)).status).toBe(409);
    const row = await api
      .owner('document')
      .where({ id })
      .first<{ state: string; scan_tries: number; scan_after: Date }>();
    expect([row.state, row.scan_tries]).toEqual(['quarantined', 1]);
    expect(row.scan_after.getTime()).toBeGreaterThan(Date.now() + 5_000);
    await api.owner('document').where({ id }).update({ scan_after: new Date() });
    await scanAll();
    expect((await download(id)).status).toBe(200);
  });

  it('a killed worker loses none: its lease ends, and another scans', async () => {
    const { id } = (await send(pdf())).body as { id: string };
    const claim = () =>
      withTransaction(worker, { organizationId }, async (trx) => claimScan(trx, organizationId, new Date()));
    expect((await claim())?.id).toBe(id);
    expect(await claim()).toBeUndefined();
    expect((await download(id)).status).toBe(409);
    await api.owner('document').where({ id }).update({ scan_after: new Date() });
    await scanAll();
    expect((await download(id)).status).toBe(200);
  });

  it('the API cannot let a document out of quarantine', async () => {
    await expect(
      api.ports.db.transaction(async (trx) => {
        await trx.raw(`SELECT set_config('app.organization', ?, true)`, [organizationId]);
        await trx('document').update({ state: 'clean' });
      }),
    ).rejects.toThrow(/permission denied/);
  });

  it('a ciphertext moved to another row is not served', async () => {
    const [mine, moved] = [(await send(pdf())).body as { id: string }, (await send(pdf())).body as { id: string }];
    await scanAll();
    const from = await api
      .owner('document')
      .where({ id: mine.id })
      .first<{ storage_name: string; wrapped_key: string }>();
    await api
      .owner('document')
      .where({ id: mine.id })
      .update({ storage_name: '0'.repeat(32) });
    await api
      .owner('document')
      .where({ id: moved.id })
      .update({ storage_name: from.storage_name, wrapped_key: from.wrapped_key });
    expect((await download(moved.id)).status).toBe(500);
    expect(JSON.stringify(api.logs)).not.toContain('JFIF');
  });

  it('as many as an intake may have, and not one more', async () => {
    const intake = await openIntake(patientId);
    const card = pdf();
    const answers = await Promise.all(Array.from({ length: mostDocuments }, () => send(card, { intake })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const more = await send(card, { intake });
    expect([more.status, (more.body as { code: string }).code]).toEqual([409, 'upload-limit']);
    const over = await openIntake(patientId, 'cancelled');
    expect((await send(card, { intake: over })).status).toBe(409);
  }, 60_000);

  it('from another site, or without saying whence, is refused', async () => {
    const sessionPerson = await api.createPerson(organizationId, 'patient', {
      patientId: await api.createPatient(organizationId),
    });
    const own = 'http://localhost:3000';
    const signed = await api.client(undefined, { origin: own }).request('POST', '/sessions', {
      body: { email: sessionPerson.email, password: 'correct horse battery staple' },
      key: null,
    });
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const intake = await openIntake(sessionPerson.patientId!);
    const card = pdf();
    const post = (headers: Record<string, string>) =>
      fetch(`${api.url}/api/v1/intakes/${intake}/documents?kind=other`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/pdf', 'idempotency-key': randomUUID(), ...headers },
        body: new Uint8Array(card),
      });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ origin: own })).status).toBe(201);
  });
});

it('the OpenAPI document says that a file is sent', () => {
  const document = openApiDocument(routes, 'http://localhost:3000') as {
    paths: Record<string, { post: { requestBody: { content: object } } }>;
  };
  const { content } = document.paths['/intakes/{id}/documents']!.post.requestBody;
  expect(Object.keys(content)).toEqual([
    'image/jpeg',
    'image/png',
    'image/heic',
    'image/heif',
    'application/pdf',
    'application/octet-stream',
  ]);
});

/** Sends chunks without a length for as long as anybody takes them. */
function endless(most: number): Promise<{ status: number; sent: number }> {
  return new Promise((resolve) => {
    let [status, sent] = [0, 0];
    const request = httpRequest(`${api.url}/api/v1/intakes/${intakeId}/documents?kind=other`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${patient.token}`,
        'content-type': 'image/jpeg',
        'idempotency-key': randomUUID(),
      },
    });
    const chunk = Buffer.alloc(256 * 1024, 0xff);
    const more = (): void => {
      while (sent < most && !request.destroyed) {
        sent += chunk.length;
        if (!request.write(chunk)) return void request.once('drain', more);
      }
    };
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      response.resume();
    });
    request.on('error', () => undefined).on('close', () => resolve({ status, sent }));
    more();
  });
}
