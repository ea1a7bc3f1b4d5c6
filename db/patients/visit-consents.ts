/** What must be signed for a visit (D1, checking in; D3 "Consent"): judged at an instant, for the service of the visit. */
import type { LocationId } from '../../domain/ids.ts';
import { openIntakeStates, type IntakeState } from '../../domain/intake/intake.ts';
import { policyAt, type PolicyRow } from '../../domain/policies.ts';
import type { Trx } from '../connection.ts';
import { consentsMissing, type ConsentScope, type MissingConsent } from './consents.ts';
import { minorConsentRuleFor } from './minor-consents.ts';

export interface VisitOf {
  readonly id: string;
  readonly patient_id: string;
  readonly visit_type_id: string;
  readonly location_id: string | null;
}

/** Whose word counts for this visit: the rule of its intake, else the one by which an intake would begin now. */
async function scopeOf(trx: Trx, visit: VisitOf, at: Date): Promise<ConsentScope | undefined> {
  const begun = await trx('intake')
    .where({ patient_id: visit.patient_id, visit_type_id: visit.visit_type_id })
    .where((own) => own.where({ appointment_id: visit.id }).orWhereNotNull('minor_consent_rule_id'))
    .orderByRaw('(appointment_id = ?) DESC NULLS LAST, created_at DESC', [visit.id])
    .first<{ minor_consent_rule_id: string | null; confidential: boolean } | undefined>('minor_consent_rule_id', 'confidential'); // prettier-ignore
  const of = { patientId: visit.patient_id, visitTypeId: visit.visit_type_id, locationId: visit.location_id, at };
  if (begun !== undefined)
    return begun.minor_consent_rule_id === null
      ? undefined
      : { visitTypeId: visit.visit_type_id, confidential: begun.confidential };
  const rule = await minorConsentRuleFor(trx, of);
  return rule === null ? undefined : { visitTypeId: visit.visit_type_id, confidential: rule.guardianAccess === 'none' };
}

export interface VisitConsents {
  readonly missing: readonly MissingConsent[];
  /** Signed by a minor alone, and no guardian is told. */
  readonly confidential: boolean;
  /** The open intake of this visit, in which it can be signed. */
  readonly intake: { readonly id: string; readonly state: IntakeState; readonly about: 'whole' | 'consents' } | null;
}

export async function visitConsents(trx: Trx, visit: VisitOf, at: Date): Promise<VisitConsents> {
  const scope = await scopeOf(trx, visit, at);
  const missing = await consentsMissing(trx, { patientId: visit.patient_id, at, scope });
  const intake = await trx('intake')
    .where({ appointment_id: visit.id })
    .whereIn('state', [...openIntakeStates])
    .first<VisitConsents['intake'] | undefined>('id', 'state', 'about');
  return { missing, confidential: scope?.confidential === true, intake: intake ?? null };
}

/** What the guard of checking in looks at: nothing where the clinic only wants to be shown what is missing. */
export async function requiredAtCheckIn(
  trx: Trx,
  visit: VisitOf,
  policies: readonly PolicyRow[],
  at: Date,
): Promise<readonly string[]> {
  const { atCheckIn } = policyAt(policies, 'consent', at.getTime(), visit.location_id as LocationId | null);
  if (atCheckIn !== 'require') return [];
  return (await visitConsents(trx, visit, at)).missing.map(({ kind }) => kind);
}
