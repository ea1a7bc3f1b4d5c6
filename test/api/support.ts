/** The API on a database of its own, a clinic with somebody in every role, and clients that speak to it as others do. */
import { randomBytes, randomUUID, generateKeyPairSync } from 'node:crypto';
import type { DestinationStream } from 'pino';
import type { Role } from '../../domain/access.ts';
import type { KeyRing } from '../../keys.ts';
import type { Db } from '../../db/connection.ts';
import type { AnyRoute } from '../../api/route.ts';
import { createLog } from '../../api/log.ts';
import { createPorts, type ApiConfig } from '../../api/ports.ts';
import type { ApiPorts } from '../../api/context.ts';
import { startServer } from '../../api/server.ts';
import type { TemporalGateway } from '../../api/temporal/temporal.ts';
import { connect } from '../../db/connection.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';

export const password = 'correct horse battery staple';

export function testKeys(): KeyRing {
  const anchor = generateKeyPairSync('ed25519');
  return {
    current: 'k1',
    keys: { k1: randomBytes(32) },
    tokenSecret: randomBytes(32),
    auditSecret: randomBytes(32),
    anchorPrivateKeyPem: anchor.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    anchorPublicKeyPem: anchor.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** An engine that is there and is never asked for anything. */
export function idleTemporal(): TemporalGateway {
  const refuse = () => Promise.reject(new Error('this test has no engine'));
  return {
    bookAppointment: refuse,
    actOnAppointment: refuse,
    hasRun: () => Promise.resolve(false),
    hasAction: () => Promise.resolve(false),
    describeAppointment: () => Promise.resolve(null),
    joinWaitlist: refuse,
    actOnWaitlistEntry: refuse,
    bookSeries: refuse,
    changeSeries: refuse,
    hasSeries: () => Promise.resolve(false),
    openGroupSession: refuse,
    changeGroupSession: refuse,
    hasGroupSession: () => Promise.resolve(false),
    actOnOpening: refuse,
    declareAbsence: refuse,
    actOnAbsence: refuse,
    wakeAbsence: () => Promise.resolve(),
    arriveWalkIn: refuse,
    actOnWalkIn: refuse,
    actOnEscalation: refuse,
    raiseEscalation: refuse,
    mergePatients: refuse,
    unmergePatients: refuse,
    startIntake: refuse,
    actOnIntake: refuse,
    health: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}

export interface Answer {
  readonly status: number;
  readonly body: any; // oxlint-disable-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly headers: Headers;
}

export interface Client {
  request(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string>; key?: string | null },
  ): Promise<Answer>;
}

export interface TestApi {
  readonly url: string;
  readonly ports: ApiPorts;
  readonly database: TestDatabase;
  /** The owner: sees and does everything. For arranging and for looking behind. */
  readonly owner: Db;
  readonly keys: KeyRing;
  readonly logs: readonly string[];
  createOrganization(name: string): Promise<string>;
  createPerson(
    organizationId: string,
    role: Role,
    options?: { email?: string; demo?: boolean; patientId?: string },
  ): Promise<{ id: string; email: string; patientId: string | null }>;
  createPatient(organizationId: string, options?: { email?: string | null; birthDate?: string }): Promise<string>;
  client(token?: string, base?: Record<string, string>): Client;
  signIn(email: string): Promise<Client & { token: string }>;
  stop(): Promise<void>;
}

export async function startTestApi(
  routes: readonly AnyRoute[],
  options: { config?: Partial<ApiConfig>; temporal?: TemporalGateway; webDirectory?: string } = {},
): Promise<TestApi> {
  const database = await createTestDatabase();
  const keys = testKeys();
  const config: ApiConfig = {
    environment: 'test',
    home: '/nonexistent',
    publicUrl: 'http://localhost:3000',
    host: '127.0.0.1',
    port: 0,
    database: { api: database.urls.api, auditor: database.urls.auditor },
    temporal: { address: '127.0.0.1:1', namespace: 'default' },
    temporalWebUrl: 'http://127.0.0.1:1',
    smtp: { url: 'smtp://127.0.0.1:1', from: 'clinic@example.org' },
    keyFile: '',
    anchorDirectory: '',
    documentDirectory: '/nonexistent/documents',
    logLevel: 'info',
    demo: { enabled: true, password: 'healthsphere-demo', mfa: false },
    codecOff: false,
    deploymentBuildId: 'test',
    ...options.config,
  };
  const logs: string[] = [];
  const log = createLog({ component: 'api', level: 'info' }, {
    write: (line) => void logs.push(line),
  } as DestinationStream);
  const { ports, close } = createPorts({ config, keys, temporal: options.temporal ?? idleTemporal(), log });
  const api = await startServer(ports, routes, { host: '127.0.0.1', port: 0 }, { webDirectory: options.webDirectory });
  const owner = connect({ url: database.urls.migrator, applicationName: 'test-owner', poolMax: 3 });
  const url = `http://127.0.0.1:${api.port}`;
  let hash: string | undefined;

  const client = (token?: string, base: Record<string, string> = {}): Client => ({
    async request(method, path, { body, headers = {}, key } = {}) {
      const response = await fetch(
        path.startsWith('/')
          ? `${url}${path.startsWith('/api') || path.startsWith('/health') ? '' : '/api/v1'}${path}`
          : path,
        {
          method,
          redirect: 'manual',
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(method === 'POST' && key !== null ? { 'idempotency-key': key ?? randomUUID() } : {}),
            ...base,
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        },
      );
      const text = await response.text();
      let parsed: unknown = text;
      try {
        parsed = text === '' ? undefined : JSON.parse(text);
      } catch {
        // Not JSON: the text itself.
      }
      return { status: response.status, body: parsed, headers: response.headers };
    },
  });

  const testApi: TestApi = {
    url,
    ports,
    database,
    owner,
    keys,
    logs,
    client,
    async createOrganization(name) {
      const [row] = await owner('organization').insert({ name }).returning<{ id: string }[]>('id');
      return row!.id;
    },
    async createPatient(organizationId, { email = `p-${randomUUID()}@example.org`, birthDate = '1980-02-29' } = {}) {
      const id = randomUUID();
      await owner('patient').insert({
        id,
        organization_id: organizationId,
        mrn: id.slice(0, 8),
        family: 'Canary',
        given: ['Pat'],
        birth_date: birthDate,
        email,
      });
      return id;
    },
    async createPerson(
      organizationId,
      role,
      { email = `${role}-${randomUUID()}@example.org`, demo = false, patientId } = {},
    ) {
      hash ??= await ports.passwords.hash(password);
      const chart = role === 'patient' ? (patientId ?? (await testApi.createPatient(organizationId))) : null;
      const [row] = await owner('app_user')
        .insert({
          organization_id: organizationId,
          kind: role === 'patient' ? 'patient' : 'staff',
          email,
          display_name: `Canary ${role}`,
          patient_id: chart,
          demo,
        })
        .returning<{ id: string }[]>('id');
      await owner('user_role').insert({ organization_id: organizationId, user_id: row!.id, role, granted_by: 'test' });
      await owner('credential').insert({ organization_id: organizationId, user_id: row!.id, password_hash: hash });
      return { id: row!.id, email, patientId: chart };
    },
    async signIn(email) {
      const answer = await client().request('POST', '/sessions', { body: { email, password }, key: null });
      if (answer.status !== 201)
        throw new Error(`sign-in of ${email} answered ${answer.status} ${JSON.stringify(answer.body)}`);
      const { token } = answer.body as { token: string };
      return { token, ...client(token) };
    },
    async stop() {
      await api.stop();
      await close();
      await owner.destroy();
      await database.drop();
    },
  };
  return testApi;
}

/** Rows of the audit trail, oldest first. */
export const auditRows = (
  api: TestApi,
  where: Record<string, unknown> = {},
): Promise<
  {
    action: string;
    outcome: string;
    code: string | null;
    principal: string;
    entity_id: string | null;
    organization_id: string;
  }[]
> =>
  api
    .owner('audit_event')
    .where(where)
    .orderBy('id')
    .select('action', 'outcome', 'code', 'principal', 'entity_id', 'organization_id');
