import type { Knex } from 'knex';
import { migrationTables, tables } from './tables.ts';

const runtimeRoles = ['worker', 'api', 'auditor', 'sealer', 'backup'] as const;

/**
 * Brings privileges and row-level security to exactly what db/tables.ts declares: revokes everything first, so a
 * privilege that was removed from the declaration is removed from the database. Runs after every migration, as the owner.
 * Throws when a table exists that nobody declared.
 */
export async function applyGrants(migrator: Knex): Promise<void> {
  await migrator.transaction(async (trx) => {
    const found = await trx.raw<{ rows: { name: string; has_organization: boolean }[] }>(`
      SELECT c.relname AS name,
             EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped) AS has_organization
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`);
    const undeclared = found.rows.map((t) => t.name).filter((name) => !(name in tables) && !migrationTables.has(name));
    if (undeclared.length > 0) {
      throw new Error(`Tables without a declaration in db/tables.ts: ${undeclared.join(', ')}`);
    }
    const roles = runtimeRoles.join(', ');
    await trx.raw(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${roles}, PUBLIC`);
    await trx.raw(`REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${roles}, PUBLIC`);
    await trx.raw(`REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC`);
    await trx.raw(`GRANT USAGE ON SCHEMA public TO ${roles}`);
    await trx.raw(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO worker, api, sealer`);
    await trx.raw(
      `GRANT EXECUTE ON FUNCTION find_sign_in(text), touch_session(bytea, interval, interval), find_access_link(bytea), find_intake_link(uuid) TO api`,
    );
    await trx.raw(`GRANT EXECUTE ON FUNCTION organization_ids() TO ${roles}`);
    // The backup reads whole sequences too, so that identities go on where they stopped.
    await trx.raw(`GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO backup`);

    for (const [name, table] of Object.entries(tables)) {
      for (const [role, privileges] of Object.entries(table.grants)) {
        await trx.raw(`GRANT ${privileges.join(', ')} ON ?? TO ??`, [name, role]);
      }
      if (!table.rowSecurity) continue;
      // The organization table is its own tenant.
      const column = name === 'organization' ? 'id' : 'organization_id';
      const inContext = `${column} = nullif(current_setting('app.organization', true), '')::uuid`;
      await trx.raw(`ALTER TABLE ?? ENABLE ROW LEVEL SECURITY`, [name]);
      await trx.raw(`ALTER TABLE ?? FORCE ROW LEVEL SECURITY`, [name]);
      await trx.raw(`DROP POLICY IF EXISTS in_organization ON ??`, [name]);
      await trx.raw(`CREATE POLICY in_organization ON ?? USING (${inContext}) WITH CHECK (${inContext})`, [name]);
      await trx.raw(`DROP POLICY IF EXISTS api_inserts_only ON ??`, [name]);
      if (table.apiInsertOnlyWhere !== undefined) {
        await trx.raw(
          `CREATE POLICY api_inserts_only ON ?? AS RESTRICTIVE FOR INSERT TO api WITH CHECK (${table.apiInsertOnlyWhere})`,
          [name],
        );
      }
    }
    const unprotected = found.rows.filter(
      (t) => t.has_organization && tables[t.name]?.rowSecurity === false && t.name !== 'session',
    );
    if (unprotected.length > 0)
      throw new Error(`Tables of an organization without row security: ${unprotected.map((t) => t.name).join(', ')}`);
  });
}
