/** Kept results of simulated seasons: the rows of one run belong together and never change. */
import type { Simulation, SimulationFigures } from '../../domain/waitlist/simulation.ts';
import type { Actor } from '../../domain/actor.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';

export interface KeptResult {
  readonly id: string;
  readonly policy: { readonly name: string; readonly value: Record<string, unknown> };
  readonly figures: SimulationFigures;
}

export interface KeptSimulation {
  readonly runId: string;
  /** Grows with each kept run. */
  readonly seq: number;
  readonly kind: 'waitlist';
  readonly seed: number;
  readonly parameters: Record<string, unknown>;
  readonly ranAt: Date;
  readonly keptAt: Date;
  /** `user:<id>`. */
  readonly keptBy: string;
  readonly results: readonly KeptResult[];
}

export interface KeepSimulation {
  readonly organizationId: string;
  readonly runId: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey: string;
}

export async function keepSimulation(trx: Trx, context: KeepSimulation, run: Simulation): Promise<void> {
  const { organizationId, runId, actor, at, opKey } = context;
  await trx('simulation_run').insert(
    run.results.map(({ policy, figures }, position) => ({
      organization_id: organizationId,
      run_id: runId,
      position,
      kind: run.kind,
      seed: run.seed,
      parameters: JSON.stringify(run.parameters),
      policy_name: policy.name,
      policy: JSON.stringify(policy.value),
      figures: JSON.stringify(figures),
      ran_at: new Date(run.ranAt),
      kept_at: at,
      kept_by: actor.ref,
      op_key: opKey,
    })),
  );
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'simulation-run',
    aggregateId: runId,
    event: 'keep',
    from: null,
    to: 'kept',
    actor,
    at,
    data: { seed: run.seed, policies: run.results.map(({ policy }) => policy.name) },
    opKey,
  });
}

/** Newest first. */
export async function listSimulations(
  trx: Trx,
  page: { readonly organizationId: string; readonly before?: number | undefined; readonly limit: number },
): Promise<KeptSimulation[]> {
  const { rows } = await trx.raw<{ rows: KeptSimulation[] }>(
    `SELECT run_id AS "runId", min(seq) AS seq, min(kind) AS kind, min(seed) AS seed, (array_agg(parameters))[1] AS parameters,
            min(ran_at) AS "ranAt", min(kept_at) AS "keptAt", min(kept_by) AS "keptBy",
            jsonb_agg(jsonb_build_object('id', id, 'policy', jsonb_build_object('name', policy_name, 'value', policy), 'figures', figures) ORDER BY position) AS results
     FROM simulation_run WHERE organization_id = :organizationId
     GROUP BY run_id HAVING CAST(:before AS bigint) IS NULL OR min(seq) < CAST(:before AS bigint)
     ORDER BY min(seq) DESC LIMIT :limit`,
    { organizationId: page.organizationId, before: page.before ?? null, limit: page.limit },
  );
  return rows;
}
