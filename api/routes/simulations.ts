import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { keepSimulation, listSimulations, type KeptSimulation } from '../../db/waitlist/simulation-runs.ts';
import { simulatedPolicy, simulation, simulationFigures } from '../../domain/waitlist/simulation.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { route } from '../route.ts';
import { cursor, id, instant, limit, listOf } from '../schemas.ts';
import { policyValues } from './policies.ts';

const kept = z.object({
  id,
  kind: z.literal('waitlist'),
  seed: z.int(),
  /** Of the season; all of it is synthetic. */
  parameters: z.record(z.string(), z.unknown()),
  ranAt: z.string(),
  keptAt: z.string(),
  keptBy: z.string().nullable(),
  results: z.array(z.object({ id, policy: simulatedPolicy, figures: simulationFigures })),
});

export const listSimulationRuns = route({
  method: 'GET',
  path: '/simulations',
  summary: 'Simulated seasons that were kept, newest first',
  query: z.strictObject({ cursor, limit: limit(20, 50) }),
  answer: listOf(kept),
  policy: { action: 'policy:manage' },
  audit: { none: 'synthetic people only' },
  handler: async (context, { query }) => {
    const before = decodeCursor(query.cursor, z.number().int());
    const { runs, names } = await context.read(async (trx) => {
      const found = await listSimulations(trx, { organizationId: context.organizationId, before, limit: query.limit + 1 }); // prettier-ignore
      const people = found.map(({ keptBy }) => keptBy.replace(/^user:/, ''));
      const users = await trx('app_user').whereIn('id', people).select<{ id: string; display_name: string }[]>('id', 'display_name'); // prettier-ignore
      return { runs: found, names: new Map(users.map((user) => [`user:${user.id}`, user.display_name])) };
    });
    return pageOf(
      runs,
      query.limit,
      (run) => toKept(run, names.get(run.keptBy) ?? null),
      (run) => run.seq,
    );
  },
});

const body = simulation.extend({ ranAt: instant }).superRefine(({ results }, check) => {
  // What is kept can be adopted with one press: it must be a policy.
  for (const [k, { policy }] of results.entries()) {
    const parsed = policyValues.waitlist.safeParse(policy.value);
    for (const issue of parsed.success ? [] : parsed.error.issues)
      check.addIssue({
        code: 'custom',
        path: ['results', k, 'policy', 'value', ...issue.path],
        message: issue.message,
      });
  }
  const names = results.map(({ policy }) => policy.name);
  if (new Set(names).size < names.length)
    check.addIssue({ code: 'custom', path: ['results'], message: 'Each policy of a run has a name of its own.' });
});

export const keepSimulationRun = route({
  method: 'POST',
  path: '/simulations',
  summary: 'Keep what npm run simulate found, to compare policies',
  status: 201,
  body,
  answer: kept,
  policy: { action: 'policy:manage' },
  audit: { change: 'simulation-run:keep', entity: 'simulation-run' },
  handler: (context, input) =>
    context.transaction(
      async (trx) => {
        const { organizationId, actor, operationId: runId } = context;
        const at = await databaseTime(trx);
        await keepSimulation(trx, { organizationId, runId, actor, at, opKey: context.operation.key }, input.body);
        const [run] = await listSimulations(trx, { organizationId, limit: 1 });
        return toKept(run!, null);
      },
      { operation: true },
    ),
});

function toKept(run: KeptSimulation, keptBy: string | null): z.output<typeof kept> {
  const { runId, kind, seed, parameters, results } = run;
  return {
    id: runId,
    kind,
    seed,
    parameters,
    ranAt: run.ranAt.toISOString(),
    keptAt: run.keptAt.toISOString(),
    keptBy,
    results: [...results],
  };
}
