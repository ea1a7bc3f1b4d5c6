/**
 * `npm run first-administrator -- --email a@b --name "..." --organization "..."`: opens an installation that nobody can
 * sign in to yet. Prints a link that works once; whoever opens it chooses the password.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { linkToken, linkUrl } from '../activities/link-token.ts';
import { fileLink } from '../api/sign-in/one-time-links.ts';
import { loadConfig } from '../config.ts';
import { connect, type Db } from '../db/connection.ts';
import { withTransaction } from '../db/transaction.ts';
import { systemActor } from '../domain/actor.ts';
import { loadKeys, type KeyRing } from '../keys.ts';

const options = z.object({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(120),
  organization: z.string().trim().min(1).max(200).optional(),
});

export type FirstAdministrator = z.output<typeof options>;

/**
 * @param db role migrator: it alone may create an organization
 * @returns the address to open
 * @throws Error in words for a person, when there is an administrator or the organization is not known
 */
export async function inviteFirstAdministrator(
  db: Db,
  keys: KeyRing,
  publicUrl: string,
  wanted: FirstAdministrator,
): Promise<{ url: string; expiresAt: Date }> {
  const organizationId = await findOrCreateOrganization(db, wanted.organization);
  const email = wanted.email.toLowerCase();
  const link = await withTransaction(db, { organizationId }, async (trx) => {
    // Two at once: the second waits here, and then finds what the first did.
    await trx.raw(`SELECT pg_advisory_xact_lock(hashtext('first-administrator'))`);
    const holder = await trx('user_role as r')
      .join('app_user as u', 'u.id', 'r.user_id')
      .where({ 'r.organization_id': organizationId, 'r.role': 'administrator' })
      .whereNull('u.disabled_at')
      .where('u.demo', false)
      .first<{ id: string } | undefined>('u.id');
    if (holder !== undefined)
      throw new Error(
        'This clinic has an administrator. New people are invited on the page People and roles, by that administrator.',
      );
    const taken = await trx('app_user').where({ email }).first<{ id: string } | undefined>('id');
    if (taken !== undefined)
      throw new Error(`${email} has an account already, and an invitation never changes one. Use another address.`);
    return fileLink(trx, {
      organizationId,
      kind: 'staff-invitation',
      actor: systemActor('first-administrator'),
      keys,
      email,
      roles: ['administrator'],
      displayName: wanted.name,
      mail: false,
    });
  });
  return {
    url: linkUrl(publicUrl, 'staff-invitation', linkToken(keys, link.id, 'staff-invitation')),
    expiresAt: link.expiresAt,
  };
}

async function findOrCreateOrganization(db: Db, name: string | undefined): Promise<string> {
  const found = await db('organization').orderBy('created_at').select<{ id: string; name: string }[]>('id', 'name');
  const [only] = found;
  if (only === undefined) {
    if (name === undefined)
      throw new Error('There is no clinic yet. Say what it is called: --organization "Riverside Clinic"');
    const [created] = await db('organization').insert({ name }).returning<{ id: string }[]>('id');
    if (created === undefined) throw new Error('the organization was not stored');
    return created.id;
  }
  const chosen =
    name === undefined && found.length === 1 ? only : found.find((organization) => organization.name === name);
  if (chosen === undefined)
    throw new Error(
      `Say which clinic with --organization: ${found.map((organization) => `"${organization.name}"`).join(', ')}`,
    );
  return chosen.id;
}

async function main(): Promise<void> {
  const usage = 'npm run first-administrator -- --email you@clinic.example --name "Your Name" --organization "Clinic"';
  const { values } = parseArgs({
    options: { email: { type: 'string' }, name: { type: 'string' }, organization: { type: 'string' } },
  });
  const wanted = options.safeParse(values);
  if (!wanted.success)
    throw new Error(
      `Usage: ${usage}\n${wanted.error.issues.map((issue) => `  --${issue.path.join('.')}: ${issue.message}`).join('\n')}`,
    );
  const config = loadConfig(undefined, { roles: ['migrator'] });
  const db = connect({
    url: config.database.migrator,
    applicationName: 'healthsphere-first-administrator',
    poolMax: 2,
  });
  try {
    const { url, expiresAt } = await inviteFirstAdministrator(
      db,
      loadKeys(config.keyFile),
      config.publicUrl,
      wanted.data,
    );
    console.log(
      `Open this address within 72 hours (until ${expiresAt.toISOString()}) and choose a password. It works once:\n\n  ${url}\n`,
    );
  } finally {
    await db.destroy();
  }
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].split('/').at(-1) ?? ' ')) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
