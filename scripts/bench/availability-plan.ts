import { findAvailability } from '../../db/schedule/availability.ts';
import { connect } from '../../db/connection.ts';
import { withOrganization } from '../../db/transaction.ts';
import type { BenchClinic } from './clinic.ts';

/**
 * Runs the availability search as the API's role under row-level security, and explains exactly the statements that it sent.
 * @returns the lines about `reservation`, and whether any of them reads the whole table.
 */
export async function planOfAvailability(
  bench: BenchClinic,
  apiUrl: string,
): Promise<{ summary: string; sequential: boolean }> {
  const db = connect({ url: apiUrl, applicationName: 'bench-plan', poolMax: 1 });
  const sent: { sql: string; bindings: readonly unknown[] }[] = [];
  try {
    return await withOrganization(db, bench.organizationId, async (trx) => {
      trx.on('query', ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }) =>
        sent.push({ sql, bindings }),
      );
      const from = new Date();
      await findAvailability(trx, {
        visitTypeId: bench.visitTypeId,
        locationId: bench.locationId,
        from,
        to: new Date(from.getTime() + 30 * 86_400_000),
        limit: 100_000,
        at: from,
        forPatientSelfService: true,
      });
      const about = sent.filter(({ sql }) => /\breservation\b/.test(sql));
      const lines: string[] = [];
      for (const { sql, bindings } of about) {
        // Captured statements carry $1, $2 ...; knex takes them back as ?.
        const plan = await trx.raw<{ rows: { 'QUERY PLAN': string }[] }>(`EXPLAIN ${sql.replace(/\$\d+/g, '?')}`, [
          ...bindings,
        ] as never);
        lines.push(...plan.rows.map((row) => row['QUERY PLAN']));
      }
      const nodes = lines
        .filter((line) => /(Scan|Seq).* on reservation/.test(line))
        .map((line) =>
          line
            .replace(/\(cost.*/, '')
            .replace('->', '')
            .trim(),
        );
      return {
        summary: [...new Set(nodes)].join('; ') || 'no statement touched it',
        sequential: nodes.length === 0 || nodes.some((node) => node.startsWith('Seq')),
      };
    });
  } finally {
    await db.destroy();
  }
}
