/** The database: its roles, and the address by which each of them connects. */
import type { Reading } from './reading.ts';

/** The six roles of the database, named as Postgres knows them (architecture.md, section 5). */
export const databaseRoles = ['migrator', 'worker', 'api', 'auditor', 'sealer', 'backup'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

/** The address of the database as each of `roles`: said for the role, or made of `DATABASE_URL` and the role's password. */
export function readDatabaseUrls<Roles extends DatabaseRole>(
  { values, report }: Reading,
  roles: readonly Roles[],
): Record<Roles, string> {
  const urls: Partial<Record<DatabaseRole, string>> = {};
  const shared = values['DATABASE_URL'];
  for (const role of roles) {
    const variable = `DATABASE_URL_${role.toUpperCase()}`;
    const passwordVariable = `HEALTHSPHERE_DB_PASSWORD_${role.toUpperCase()}`;
    const own = values[variable] ?? (role === 'migrator' ? shared : undefined);
    const password = values[passwordVariable];
    const example = `it to postgres://${role}:PASSWORD@HOST:5432/DATABASE`;
    if (own !== undefined) {
      if (isPostgresUrl(own)) urls[role] = own;
      else report(variable, 'it is not a postgres:// URL', example);
    } else if (shared === undefined) {
      report(variable, 'it is missing', `${example}, or DATABASE_URL and ${passwordVariable}, or run npm start first`);
    } else if (!isPostgresUrl(shared)) {
      report('DATABASE_URL', 'it is not a postgres:// URL', 'it to postgres://USER:PASSWORD@HOST:5432/DATABASE');
    } else if (password === undefined) {
      report(
        passwordVariable,
        `DATABASE_URL is set, but the password of the role ${role} is missing`,
        `it, or ${variable}`,
      );
    } else {
      const url = new URL(shared);
      url.username = role;
      url.password = encodeURIComponent(password);
      urls[role] = url.toString();
    }
  }
  return urls as Record<Roles, string>;
}

export function isPostgresUrl(value: string): boolean {
  return URL.canParse(value) && ['postgres:', 'postgresql:'].includes(new URL(value).protocol);
}
