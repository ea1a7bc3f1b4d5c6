/**
 * Database against workflows. Everything moves while it is read, so whatever looks wrong is looked at again a moment
 * later, the database by its row and the engine by the run itself; only what is still wrong then is a finding.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../db/connection.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { organizationIds } from '../../db/organizations.ts';
import { withOrganization } from '../../db/transaction.ts';
import { systemActor } from '../../domain/actor.ts';
import type { AppointmentState, VisitMode } from '../../workflows/messages/appointment.ts';
import { openingWorkflowId } from '../../workflows/messages/opening.ts';
import type { Engine } from './engine.ts';
import {
  beginningOf,
  overdueTimers,
  requirementsUnchanged,
  stuckMessages,
  unsealedRows,
  visitsById,
  watchedVisits,
  type Visit,
} from './facts.ts';
import { finding, type Finding } from './findings.ts';
import { openRows, processes, type OpenRow } from './processes.ts';

export interface DoctorPorts {
  /** Role worker. */
  readonly db: Db;
  /** Role auditor. */
  readonly auditDb: Db;
  readonly engine: Engine;
}

export interface DoctorOptions {
  /** How many workflows are asked for their state. Default 50; `all` asks every one. */
  readonly sample?: number | undefined;
  readonly all?: boolean | undefined;
  /** How long after a first look the second one is, ms. Default 2 s. */
  readonly settleMs?: number | undefined;
  /** Mend what can be mended without losing anything. */
  readonly repair?: boolean | undefined;
}

export interface OrganizationReport {
  readonly organizationId: string;
  readonly visits: number;
  readonly compared: number;
  readonly findings: readonly Finding[];
}

export interface Diagnosis {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly workflows: number;
  readonly organizations: readonly OrganizationReport[];
  /** What belongs to no organization. */
  readonly findings: readonly Finding[];
  /** Findings that were not repaired. */
  readonly drift: number;
}

export async function diagnose(ports: DoctorPorts, options: DoctorOptions = {}): Promise<Diagnosis> {
  const listed = await ports.engine.running();
  const running = new Set(listed);
  const organizations: OrganizationReport[] = [];
  const claimed = new Set<string>();
  for (const organizationId of await organizationIds(ports.db)) {
    organizations.push(await examine(ports, organizationId, running, claimed, options));
  }
  const findings = [
    ...repeated(listed).map((id) => finding('two-workflows', id, 'listed twice')),
    ...(await strangers(ports, [...running].filter((id) => !claimed.has(id)))), // prettier-ignore
  ];
  const everything = [...findings, ...organizations.flatMap((organization) => organization.findings)];
  return {
    at: new Date().toISOString(),
    workflows: running.size,
    organizations,
    findings,
    drift: everything.filter(({ repaired }) => repaired !== true).length,
  };
}

async function examine(
  ports: DoctorPorts,
  organizationId: string,
  running: ReadonlySet<string>,
  claimed: Set<string>,
  options: DoctorOptions,
): Promise<OrganizationReport> {
  const read = <T>(work: Parameters<typeof withOrganization<T>>[2]) => withOrganization(ports.db, organizationId, work);
  const visits = await read(watchedVisits);
  const watched = new Set(visits.map(({ id }) => id));
  // Runs of this organization whose visit is over, as far as the first look can tell.
  const others = await read((trx) => visitsById(trx, [...running].filter((id) => !watched.has(id)))); // prettier-ignore
  for (const id of [...watched, ...others.keys()]) claimed.add(id);

  const missing = visits.filter(({ id }) => !running.has(id)).map(({ id }) => id);
  const outliving = [...others.keys()];
  const chosen = options.all ? visits : spread(visits, options.sample ?? 50);
  const suspects = await differing(ports.engine, chosen.filter(({ id }) => running.has(id))); // prettier-ignore
  const findings: Finding[] = [];

  const again = [...missing, ...outliving, ...suspects];
  if (again.length > 0) {
    await sleep(options.settleMs ?? 2_000);
    const now = await read((trx) => visitsById(trx, again));
    findings.push(
      ...(await inParallel(missing, (id) => missingStill(ports.engine, id, now.get(id)))),
      ...(await inParallel(outliving, (id) => outlivesStill(ports.engine, id, now.get(id)))),
      ...(await inParallel(suspects, (id) => differsStill(ports.engine, id, now.get(id)))),
    );
  }
  findings.push(...(await unattended(ports, organizationId, options)));
  const mended = options.repair ? await repairAll(ports, organizationId, findings) : findings;
  return {
    organizationId,
    visits: visits.length,
    compared: chosen.length,
    findings: [...mended, ...(await houseFindings(ports, organizationId))],
  };
}

async function missingStill(engine: Engine, id: string, visit: Visit | undefined): Promise<Finding | null> {
  if (visit === undefined || !visit.watched) return null;
  const run = await engine.statusOf(id);
  if (run?.status === 'RUNNING') return null;
  const detail = run === null ? 'there is no run' : `its last run is ${run.status.toLowerCase()}`;
  return finding('no-workflow', id, `${visit.status}; ${detail}`);
}

async function outlivesStill(engine: Engine, id: string, visit: Visit | undefined): Promise<Finding | null> {
  if (visit?.watched) return null;
  const run = await engine.statusOf(id);
  return run?.status === 'RUNNING' ? finding('workflow-outlives-visit', id, visit?.status ?? 'gone') : null;
}

async function differsStill(engine: Engine, id: string, visit: Visit | undefined): Promise<Finding | null> {
  if (visit === undefined || !visit.watched) return null;
  const state = await engine.stateOf(id);
  if (state === undefined) return finding('no-worker', id, 'the query was not answered');
  const difference = differenceOf(visit, state);
  return difference === null ? null : finding('state-differs', id, difference);
}

async function differing(engine: Engine, visits: readonly Visit[]): Promise<string[]> {
  return inParallel(visits, async (visit) => {
    const state = await engine.stateOf(visit.id);
    return state === undefined || differenceOf(visit, state) !== null ? visit.id : null;
  });
}

function differenceOf(visit: Visit, { stage, appointment, nextTimers }: AppointmentState): string | null {
  const pairs: [string, unknown, unknown][] = [
    ['status', visit.status, stage],
    ['version', visit.version, appointment?.version],
    ['revision', visit.revision, appointment?.revision],
    ['timers', visit.timers.join(' '), nextTimers.map(({ name }) => name).toSorted().join(' ')], // prettier-ignore
  ];
  const different = pairs.filter(([, database, run]) => database !== run);
  if (different.length === 0) return null;
  return different.map(([what, database, run]) => `${what}: database ${database}, workflow ${run}`).join('; ');
}

/** Runs that no organization knows. A booking that is being made, and one that was just refused, look the same for a moment. */
async function strangers(ports: DoctorPorts, ids: readonly string[]): Promise<Finding[]> {
  return inParallel(ids, async (id) => {
    const run = await ports.engine.statusOf(id);
    if (run === null || run.status !== 'RUNNING' || Date.now() - run.startedAt.getTime() < 30_000) return null;
    for (const organizationId of await organizationIds(ports.db)) {
      const found = await withOrganization(ports.db, organizationId, (trx) => visitsById(trx, [id]));
      if (found.size > 0) return null;
    }
    return finding('workflow-without-visit', id, `running since ${run.startedAt.toISOString()}`);
  });
}

/** Open rows beside the visits whose run is not there, also at a second look. */
async function unattended(ports: DoctorPorts, organizationId: string, options: DoctorOptions): Promise<Finding[]> {
  const open = async () =>
    (await Promise.all(processes.map((process) => withOrganization(ports.db, organizationId, (trx) => openRows(trx, process))))).flat(); // prettier-ignore
  const alone = (rows: readonly OpenRow[]): Promise<OpenRow[]> =>
    inParallel(rows, async (row) => ((await ports.engine.isRunning(row.process.workflowId(row.id))) ? null : row));
  const first = new Set((await alone(await open())).map(({ id }) => id));
  if (first.size === 0) return [];
  await sleep(options.settleMs ?? 2_000);
  const still = await alone((await open()).filter(({ id }) => first.has(id)));
  return still.map(({ id, state, process }) =>
    finding('process-unattended', process.workflowId(id), `${state}; there is no running workflow`),
  );
}

async function houseFindings(ports: DoctorPorts, organizationId: string): Promise<Finding[]> {
  const { timers, messages, violations } = await withOrganization(ports.db, organizationId, async (trx) => ({
    timers: await overdueTimers(trx),
    messages: await stuckMessages(trx),
    violations: await checkInvariants(trx, { requirementsUnchanged: await requirementsUnchanged(trx) }),
  }));
  const unsealed = await withOrganization(ports.auditDb, organizationId, unsealedRows);
  return [
    ...timers.map(({ id, name, dueAt }) => finding('timer-overdue', id, `${name}, due ${dueAt}`)),
    ...messages.map(({ state, count, since }) => finding('message-stuck', `${count} ${state}`, `since ${since}`)),
    ...unsealed.map(({ source, count, since }) => finding('audit-unsealed', `${count} ${source}`, `since ${since}`)),
    ...violations.map(({ invariant, problem, rows }) =>
      finding('invariant-broken', rows.slice(0, 5).join(', '), `${invariant}: ${problem} (${rows.length})`),
    ),
  ];
}

const repairable: ReadonlySet<string> = new Set(['no-workflow', 'workflow-outlives-visit', 'state-differs']);
const openingPrefix = openingWorkflowId('');

async function repairAll(ports: DoctorPorts, organizationId: string, findings: readonly Finding[]): Promise<Finding[]> {
  const mended: Finding[] = [];
  for (const item of findings) {
    if (item.kind === 'process-unattended' && item.subject.startsWith(openingPrefix)) {
      await ports.engine.adoptOpening({ organizationId, openingId: item.subject.slice(openingPrefix.length) });
      mended.push({ ...item, repaired: true });
      continue;
    }
    mended.push(
      repairable.has(item.kind) ? { ...item, repaired: await repair(ports, organizationId, item.subject) } : item,
    );
  }
  return mended;
}

/**
 * A run begun again under the operation key of the visit's beginning is answered from the operation row: nothing is booked
 * twice. The news that something changed makes it read the database.
 */
async function repair(ports: DoctorPorts, organizationId: string, appointmentId: string): Promise<boolean> {
  const beginning = await withOrganization(ports.db, organizationId, (trx) =>
    beginningOf(trx, organizationId, appointmentId),
  );
  if (beginning === null) return false;
  const { key, inputHash, patientId, visitTypeId, mode } = beginning;
  await ports.engine.adopt({
    organizationId,
    appointmentId,
    operation: { key, inputHash },
    command: { event: 'request', patientId, visitTypeId, mode: mode as VisitMode },
    actor: systemActor('doctor'),
  });
  return true;
}

/** Every n-th, so that old and new ones are asked. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, n) => items[Math.floor((n * items.length) / count)]!);
}

function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}

/** Eight at a time; null answers are left out. */
async function inParallel<In, Out>(items: readonly In[], work: (item: In) => Promise<Out | null>): Promise<Out[]> {
  const results: Out[] = [];
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const result = await work(item);
      if (result !== null) results.push(result);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return results;
}
