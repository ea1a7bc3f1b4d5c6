/** Looks at the invariants again and again while everything is being killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Db } from '../../db/connection.ts';
import { checkInvariants } from '../../db/invariants.ts';
import { organizationIds } from '../../db/organizations.ts';
import { withOrganization } from '../../db/transaction.ts';
import type { ChaosClinic } from './clinic.ts';
import type { Traffic } from './traffic.ts';

export interface Watch {
  /** How often everything was looked at; a look that Postgres' death cut short does not count. */
  looks(): number;
  end(): Promise<void>;
}

export function watchInvariants({ clinic }: ChaosClinic, traffic: Traffic, everyMs = 3_000): Watch {
  const db = connect({ url: clinic.database.migrator, applicationName: 'chaos-watch', poolMax: 1, statementTimeoutMs: 60_000 }); // prettier-ignore
  let looks = 0;
  const ending = new AbortController();
  const watching = (async () => {
    while (!ending.signal.aborted) {
      await look(db, traffic).then(
        () => (looks += 1),
        () => undefined,
      );
      await sleep(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    looks: () => looks,
    async end() {
      ending.abort();
      await watching;
      await db.destroy();
    },
  };
}

/** Each broken rule is told once for each row. */
export async function look(db: Db, traffic: Traffic): Promise<void> {
  for (const organizationId of await organizationIds(db)) {
    const violations = await withOrganization(db, organizationId, (trx) => checkInvariants(trx));
    for (const { invariant, problem, rows } of violations) {
      const detail = `${problem}: ${rows.slice(0, 5).join(', ')}`;
      if (!traffic.violations.some((known) => known.rule === invariant && known.detail === detail))
        traffic.violated(invariant, detail);
    }
  }
}
