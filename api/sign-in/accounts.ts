/** Accounts: made once, never changed by whoever made them. */
import type { Role } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import { recordStateChange } from '../../db/audit/audit-trail.ts';
import type { Trx } from '../../db/connection.ts';
import type { RequestContext } from '../context.ts';

export interface NewAccount {
  readonly kind: 'staff' | 'patient';
  readonly email: string;
  readonly displayName: string;
  readonly locale: string;
  readonly patientId: string | null;
  readonly roles: readonly Role[];
  readonly passwordHash: string;
  readonly at: Date;
}

/**
 * Creates an account with its password. An account that exists is left exactly as it is, whatever the link said
 * (Cal.com, January 2026: accepting an invitation overwrote the password of an existing account).
 * @throws DomainError `duplicate`
 */
export async function createAccount(trx: Trx, context: RequestContext, account: NewAccount): Promise<string> {
  const { organizationId, actor } = context;
  const [row] = await trx('app_user')
    .insert({
      organization_id: organizationId,
      kind: account.kind,
      email: account.email.toLowerCase(),
      display_name: account.displayName,
      locale: account.locale,
      patient_id: account.patientId,
    })
    .onConflict()
    .ignore()
    .returning<{ id: string }[]>('id');
  if (row === undefined)
    throw new DomainError('duplicate', {
      detail: 'There is an account already. Sign in, or choose a new password if you have forgotten it.',
    });
  await trx('credential').insert({
    user_id: row.id,
    organization_id: organizationId,
    password_hash: account.passwordHash,
    password_changed_at: account.at,
  });
  for (const role of account.roles) {
    await trx('user_role').insert({ organization_id: organizationId, user_id: row.id, role, granted_by: actor.ref });
  }
  await recordStateChange(trx, {
    organizationId,
    aggregate: 'app-user',
    aggregateId: row.id,
    event: 'created',
    from: null,
    to: 'active',
    actor,
    at: account.at,
    data: {
      kind: account.kind,
      roles: [...account.roles],
      ...(account.patientId === null ? {} : { patientId: account.patientId }),
    },
  });
  return row.id;
}
