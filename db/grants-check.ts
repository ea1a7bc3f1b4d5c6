import type { Knex } from 'knex';
import { migrationTables, tables, type Privilege, type RuntimeRole } from './tables.ts';

const roles: readonly RuntimeRole[] = ['worker', 'api', 'auditor', 'sealer', 'backup'];
const privileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'] as const;

/**
 * Compares what the catalogue grants with what db/tables.ts declares: privileges of every runtime role on every table and
 * column, row-level security and its policies, the append-only triggers, and the attributes of the roles.
 * @returns one sentence for each difference; nothing when all is as declared
 */
export async function findGrantProblems(db: Knex): Promise<string[]> {
  return [
    ...(await privilegeProblems(db)),
    ...(await columnProblems(db)),
    ...(await rowSecurityProblems(db)),
    ...(await appendOnlyProblems(db)),
    ...(await roleProblems(db)),
  ];
}

async function privilegeProblems(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string; role: RuntimeRole; privilege: string; held: boolean }[] }>(
    `SELECT c.relname AS name, r AS role, p AS privilege, has_table_privilege(r, c.oid, p) AS held
     FROM pg_class c, unnest(CAST(? AS text[])) r, unnest(CAST(? AS text[])) p
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1, 2, 3`,
    [[...roles], [...privileges]],
  );
  const undeclared = new Set(rows.map((r) => r.name).filter((name) => !(name in tables) && !migrationTables.has(name)));
  const missing = Object.keys(tables).filter((name) => !rows.some((r) => r.name === name));
  const wrong = rows
    .filter(
      ({ name, role, privilege, held }) => held !== (tables[name]?.grants[role] ?? []).includes(privilege as Privilege),
    )
    .map(({ name, role, privilege, held }) => `${role} ${held ? 'has' : 'lacks'} ${privilege} on ${name}`);
  return [
    ...[...undeclared].map((name) => `${name} is not declared`),
    ...missing.map((name) => `${name} is declared and does not exist`),
    ...wrong,
  ];
}

/** Privileges on single columns pass by those on tables: there are none. */
async function columnProblems(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string; column: string }[] }>(
    `SELECT c.relname AS name, a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND a.attacl IS NOT NULL`,
  );
  return rows.map((r) => `privileges are granted on the column ${r.name}.${r.column}`);
}

async function rowSecurityProblems(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string; forced: boolean; tenant: boolean; policies: string[] }[] }>(
    `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
            EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped) AS tenant,
            ARRAY(SELECT p.polname || ':' || p.polcmd::text || ':' || p.polpermissive::text FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  return rows.flatMap(({ name, forced, tenant, policies }) => {
    const declared = tables[name];
    if (declared === undefined) return [];
    if (!declared.rowSecurity)
      return tenant && name !== 'session' ? [`${name} belongs to an organization and has no row security`] : [];
    // A second permissive policy would widen the first.
    const wanted = [
      ...(declared.apiInsertOnlyWhere === undefined ? [] : ['api_inserts_only:a:false']),
      'in_organization:*:true',
    ];
    const same = policies.length === wanted.length && policies.every((p, k) => p === wanted[k]);
    return [
      ...(forced ? [] : [`${name} does not force row security`]),
      ...(same ? [] : [`${name} has the policies ${policies.join(', ') || 'none'}`]),
    ];
  });
}

async function appendOnlyProblems(db: Knex): Promise<string[]> {
  const audit = Object.entries(tables).flatMap(([name, t]) => (t.class === 'audit' ? [name] : []));
  const { rows } = await db.raw<{ rows: { name: string; trigger: string }[] }>(
    `SELECT c.relname AS name, t.tgname AS trigger FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE c.relname = ANY(?) AND t.tgname LIKE 'append_only%' AND t.tgenabled IN ('O', 'A')`,
    [audit],
  );
  return audit.flatMap((name) =>
    ['append_only', 'append_only_truncate']
      .filter((trigger) => !rows.some((r) => r.name === name && r.trigger === trigger))
      .map((trigger) => `${name} has no working trigger ${trigger}`),
  );
}

async function roleProblems(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{
    rows: { name: string; superuser: boolean; bypass: boolean; member: boolean; owns: boolean }[];
  }>(
    `SELECT r.rolname AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypass,
            EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) AS member,
            EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace) AS owns
     FROM pg_roles r WHERE r.rolname = ANY(?)`,
    [[...roles]],
  );
  return rows.flatMap(({ name, superuser, bypass, member, owns }) => [
    ...(superuser ? [`${name} is a superuser`] : []),
    ...(bypass && name !== 'backup' ? [`${name} passes row security`] : []),
    ...(member ? [`${name} is a member of another role`] : []),
    ...(owns ? [`${name} owns a table`] : []),
  ]);
}
