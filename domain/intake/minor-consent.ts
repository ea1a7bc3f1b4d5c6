/**
 * What a minor may consent to alone (scheduling-intake.md D3, "minor's own consent by service rule"). The rules are the
 * clinic's own dated rows, each with who answers for it: laws differ from place to place, and none is built in here.
 */

export const guardianAccesses = ['none', 'shared'] as const;
/** `none`: confidential to the minor. `shared`: the minor may sign, and a guardian may see and answer too. */
export type GuardianAccess = (typeof guardianAccesses)[number];

export interface MinorConsentRule {
  readonly id: string;
  /** The service. */
  readonly visitTypeId: string;
  /** ISO 3166-1 or -2, such as `US` or `US-NY`; null: wherever the organization is. */
  readonly jurisdiction: string | null;
  /** Whole years on the local day. */
  readonly fromAge: number;
  readonly guardianAccess: GuardianAccess;
  /** Epoch milliseconds, half-open. */
  readonly validFrom: number;
  readonly validTo: number | null;
}

export interface MinorConsentFacts {
  /** Only a minor needs a rule; who is of age signs anyway. */
  readonly minor: boolean;
  /** Whole years on the local day; null: not known, and then no rule fits. */
  readonly age: number | null;
  readonly visitTypeId: string | null;
  /** Where the service may take place: the place of the visit, or every place of the clinic while none is chosen. */
  readonly jurisdictions: readonly (string | null)[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The rule by which this minor may sign alone; null: a guardian signs. The narrowest place decides before the wider one,
 * then the one that began last: a later row that asks for more years is not got round by an older one that asks for fewer.
 */
export function minorConsentRule(
  rules: readonly MinorConsentRule[],
  facts: MinorConsentFacts,
): MinorConsentRule | null {
  if (!facts.minor || facts.age === null || facts.visitTypeId === null) return null;
  let best: MinorConsentRule | null = null;
  for (const rule of rules) {
    if (rule.visitTypeId !== facts.visitTypeId) continue;
    if (rule.validFrom > facts.at || (rule.validTo !== null && rule.validTo <= facts.at)) continue;
    if (!liesIn(facts.jurisdictions, rule.jurisdiction)) continue;
    if (best === null || comesBefore(rule, best)) best = rule;
  }
  return best !== null && facts.age >= best.fromAge ? best : null;
}

/** Every place in question lies there: where one does not, nobody can say which law holds. */
function liesIn(places: readonly (string | null)[], jurisdiction: string | null): boolean {
  if (jurisdiction === null) return true;
  return places.length > 0 && places.every((place) => place === jurisdiction || place?.startsWith(`${jurisdiction}-`));
}

const width = ({ jurisdiction }: MinorConsentRule): number => jurisdiction?.length ?? 0;

function comesBefore(one: MinorConsentRule, other: MinorConsentRule): boolean {
  if (width(one) !== width(other)) return width(one) > width(other);
  if (one.validFrom !== other.validFrom) return one.validFrom > other.validFrom;
  // Two of the same instant: the stricter one.
  if (one.fromAge !== other.fromAge) return one.fromAge > other.fromAge;
  return one.id < other.id;
}

/** Of an address as it is on file: the country, with its state where both are codes. */
export function jurisdictionOf(
  address: { readonly country?: unknown; readonly state?: unknown } | null,
): string | null {
  const country = typeof address?.country === 'string' ? address.country.trim().toUpperCase() : '';
  const state = typeof address?.state === 'string' ? address.state.trim().toUpperCase() : '';
  const known = country === 'USA' ? 'US' : country;
  if (!/^[A-Z]{2}$/.test(known)) return null;
  return /^[A-Z0-9]{1,3}$/.test(state) ? `${known}-${state}` : known;
}
