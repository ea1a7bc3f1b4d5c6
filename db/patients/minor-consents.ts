/** A minor's own consent by service rule (D3): the clinic's dated rows, which of them fits, and what a guardian is not shown. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../domain/actor.ts';
import { localDateOf } from '../../domain/calendar/calendar.ts';
import { DomainError } from '../../domain/errors.ts';
import { ageOn } from '../../domain/intake/intake-steps.ts';
import {
  jurisdictionOf,
  minorConsentRule,
  type GuardianAccess,
  type MinorConsentRule,
} from '../../domain/intake/minor-consent.ts';
import { recordStateChange } from '../audit/audit-trail.ts';
import type { Trx } from '../connection.ts';
import { majorityOf } from './guardians.ts';

export interface MinorConsentRuleRow {
  readonly id: string;
  readonly visit_type_id: string;
  readonly jurisdiction: string | null;
  readonly from_age: number;
  readonly guardian_access: GuardianAccess;
  readonly basis: string;
  readonly owner: string;
  readonly valid_from: Date;
  readonly valid_to: Date | null;
  readonly created_by: string;
}

/** The one that begins last comes first. */
export const minorConsentRules = (trx: Trx): Promise<MinorConsentRuleRow[]> =>
  trx('minor_consent_rule')
    .orderBy([{ column: 'valid_from', order: 'desc' }, 'id'])
    .select<MinorConsentRuleRow[]>('*');

export interface NewMinorConsentRule {
  readonly organizationId: string;
  readonly visitTypeId: string;
  readonly jurisdiction: string | null;
  readonly fromAge: number;
  readonly guardianAccess: GuardianAccess;
  readonly basis: string;
  readonly owner: string;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly actor: Actor;
  readonly at: Date;
  readonly opKey?: string | undefined;
}

export async function addMinorConsentRule(trx: Trx, rule: NewMinorConsentRule): Promise<string> {
  const id = randomUUID();
  await trx('minor_consent_rule').insert({
    id,
    organization_id: rule.organizationId,
    visit_type_id: rule.visitTypeId,
    jurisdiction: rule.jurisdiction,
    from_age: rule.fromAge,
    guardian_access: rule.guardianAccess,
    basis: rule.basis,
    owner: rule.owner,
    valid_from: rule.validFrom,
    valid_to: rule.validTo,
    created_by: rule.actor.ref,
  });
  const { visitTypeId, jurisdiction, fromAge, guardianAccess, owner } = rule;
  await changed(trx, rule, id, 'create', null, 'active', { visitTypeId, jurisdiction, fromAge, guardianAccess, owner });
  return id;
}

/** From now on nothing begins under it; what has begun, and what was signed, stays. @throws DomainError `not-found`, `conflict` */
export async function endMinorConsentRule(
  trx: Trx,
  of: Pick<NewMinorConsentRule, 'organizationId' | 'actor' | 'at' | 'opKey'> & { readonly id: string },
): Promise<void> {
  const row = await trx('minor_consent_rule').where({ id: of.id }).forUpdate().first<(MinorConsentRuleRow & { ended_by: string | null }) | undefined>(); // prettier-ignore
  if (row === undefined) throw new DomainError('not-found');
  if (row.ended_by !== null || (row.valid_to !== null && row.valid_to <= of.at))
    throw new DomainError('conflict', { detail: 'This rule is over already.' });
  // One that has not begun is over before it begins.
  const end = row.valid_from > of.at ? row.valid_from : of.at;
  await trx('minor_consent_rule').where({ id: of.id }).update({ valid_to: end, ended_by: of.actor.ref });
  await changed(trx, of, of.id, 'end', 'active', 'ended', {});
}

const changed = (
  trx: Trx,
  by: Pick<NewMinorConsentRule, 'organizationId' | 'actor' | 'at' | 'opKey'>,
  id: string,
  event: string,
  from: string | null,
  to: string,
  data: Record<string, unknown>,
): Promise<void> =>
  recordStateChange(trx, {
    organizationId: by.organizationId,
    aggregate: 'minor-consent-rule',
    aggregateId: id,
    event,
    from,
    to,
    actor: by.actor,
    at: by.at,
    data,
    opKey: by.opKey,
  });

/** The rule by which this patient may sign alone for a service at an instant; null: a guardian signs, or they are of age. */
export async function minorConsentRuleFor(
  trx: Trx,
  of: { readonly patientId: string; readonly visitTypeId: string | null; readonly locationId: string | null; readonly at: Date }, // prettier-ignore
): Promise<MinorConsentRule | null> {
  if (of.visitTypeId === null) return null;
  const rows = await trx('minor_consent_rule').where({ visit_type_id: of.visitTypeId }).select<MinorConsentRuleRow[]>('*'); // prettier-ignore
  if (rows.length === 0) return null;
  const { minor } = await majorityOf(trx, of.patientId, of.at);
  const patient = await trx('patient').where({ id: of.patientId }).first<{ birth_date: string | null; time_zone: string | null }>('birth_date', 'time_zone'); // prettier-ignore
  const places = await trx('location')
    .modify((query) =>
      of.locationId === null ? query.where({ active: true }).orderBy('created_at') : query.where({ id: of.locationId }),
    ) // prettier-ignore
    .select<{ address: Record<string, unknown> | null; time_zone: string }[]>('address', 'time_zone');
  const zone = patient.time_zone ?? places[0]?.time_zone ?? 'UTC';
  return minorConsentRule(rows.map(toRule), {
    minor,
    age: ageOn(patient.birth_date, localDateOf(of.at.getTime(), zone)),
    visitTypeId: of.visitTypeId,
    jurisdictions: places.map(({ address }) => jurisdictionOf(address)),
    at: of.at.getTime(),
  });
}

const toRule = (row: MinorConsentRuleRow): MinorConsentRule => ({
  id: row.id,
  visitTypeId: row.visit_type_id,
  jurisdiction: row.jurisdiction,
  fromAge: row.from_age,
  guardianAccess: row.guardian_access,
  validFrom: row.valid_from.getTime(),
  validTo: row.valid_to?.getTime() ?? null,
});

/** As columns of a new intake: the rule that holds for the whole of it. */
export async function ruleColumns(
  trx: Trx,
  of: Parameters<typeof minorConsentRuleFor>[1],
): Promise<{ readonly minor_consent_rule_id: string | null; readonly confidential: boolean }> {
  const rule = await minorConsentRuleFor(trx, of);
  return { minor_consent_rule_id: rule?.id ?? null, confidential: rule?.guardianAccess === 'none' };
}

/** Under which rule an intake stands. Undefined: none, or nobody filed it here. */
export const ruleOfIntake = (
  trx: Trx,
  intakeId: string | null,
): Promise<{ readonly ruleId: string; readonly visitTypeId: string; readonly confidential: boolean } | undefined> =>
  trx('intake as i')
    .join('minor_consent_rule as r', 'r.id', 'i.minor_consent_rule_id')
    .where('i.id', intakeId)
    .first<{ ruleId: string; visitTypeId: string; confidential: boolean } | undefined>({ ruleId: 'r.id', visitTypeId: 'r.visit_type_id', confidential: 'i.confidential' }); // prettier-ignore

/**
 * Whether what a minor told in confidence is kept from whoever is not in that intake: nobody knows who holds a child's
 * account. It is theirs alone from the day of majority on.
 */
export async function keptFromOthers(
  trx: Trx,
  of: { readonly patientId: string; readonly confidential: boolean; readonly at: Date },
): Promise<boolean> {
  return of.confidential && (await majorityOf(trx, of.patientId, of.at)).minor;
}
