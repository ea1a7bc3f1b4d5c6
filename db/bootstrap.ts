import pg from 'pg';

/** Database roles (architecture.md section 5). The migrator owns; no runtime role owns or passes row-level security. */
export const databaseRoles = ['migrator', 'worker', 'api', 'auditor', 'sealer', 'backup'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

const attributes: Record<DatabaseRole, string> = {
  migrator: 'LOGIN BYPASSRLS',
  backup: 'LOGIN BYPASSRLS',
  worker: 'LOGIN NOBYPASSRLS',
  api: 'LOGIN NOBYPASSRLS',
  auditor: 'LOGIN NOBYPASSRLS',
  sealer: 'LOGIN NOBYPASSRLS',
};

export interface BootstrapOptions {
  /** A superuser's connection string; only this step needs one. */
  readonly adminUrl: string;
  readonly database: string;
  readonly passwords: Readonly<Record<DatabaseRole, string>>;
}

/**
 * Creates or repairs roles, database and extension, as often as wanted.
 * @returns a connection string for each role.
 */
export async function bootstrapDatabase(options: BootstrapOptions): Promise<Record<DatabaseRole, string>> {
  const admin = new pg.Client({ connectionString: options.adminUrl });
  await admin.connect();
  try {
    for (const role of databaseRoles) {
      const exists = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      const verb = exists.rowCount === 0 ? 'CREATE' : 'ALTER';
      await admin.query(
        `${verb} ROLE ${role} ${attributes[role]} PASSWORD ${admin.escapeLiteral(options.passwords[role])}`,
      );
    }
    const found = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [options.database]);
    if (found.rowCount === 0) {
      await admin.query(
        `CREATE DATABASE ${admin.escapeIdentifier(options.database)} OWNER migrator ENCODING 'UTF8' TEMPLATE template0`,
      );
    }
  } finally {
    await admin.end();
  }
  const inside = new pg.Client({ connectionString: withDatabase(options.adminUrl, options.database) });
  await inside.connect();
  try {
    // Extensions need a superuser; uuid equality inside a GiST index needs btree_gist.
    await inside.query('CREATE EXTENSION IF NOT EXISTS btree_gist');
    await inside.query(`ALTER SCHEMA public OWNER TO migrator`);
    await inside.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    // npm run backup uses the low-level interface, which is a superuser's unless it is granted.
    await inside.query(`GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean) TO backup`);
  } finally {
    await inside.end();
  }
  return Object.fromEntries(
    databaseRoles.map((role) => [role, roleUrl(options.adminUrl, options.database, role, options.passwords[role])]),
  ) as Record<DatabaseRole, string>;
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.toString();
}

/** The same server, signed in as a role. */
export function roleUrl(url: string, database: string, role: DatabaseRole, password: string): string {
  const changed = new URL(withDatabase(url, database));
  changed.username = role;
  changed.password = encodeURIComponent(password);
  return changed.toString();
}
