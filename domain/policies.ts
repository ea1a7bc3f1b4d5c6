/**
 * Every deadline is a dated policy row (architecture.md 1.6), with the defaults of scheduling-intake.md D1 for a site that
 * has set nothing. Durations are ISO-8601, local times `HH:MM`.
 */
import type { FeePolicy } from './appointment/charge.ts';
import { defaultEscalationPolicy, type EscalationPolicy } from './escalation.ts';
import type { LocationId } from './ids.ts';
import { defaultIntakePolicy, type IntakePolicy } from './intake/intake-policy.ts';
import type { TriageScheme } from './walk-in.ts';

export const reminderChannels = ['email', 'sms'] as const;
export type ReminderChannel = (typeof reminderChannels)[number];

export interface ReminderRule {
  /** `P3D` counts calendar days before the start at the same wall-clock time, `PT3H` elapsed hours (B7). */
  readonly before: string;
  readonly channels: readonly ReminderChannel[];
  readonly askConfirm?: boolean | undefined;
  readonly onlyIf?: 'unconfirmed-or-high-risk' | undefined;
  readonly telehealthLink?: boolean | undefined;
}

export interface ReminderPolicy {
  readonly items: readonly ReminderRule[];
  /** An item due within this time after the booking is skipped. */
  readonly margin: string;
  /** Patient-local; both edges themselves are allowed. null: none (a clinic of seconds, for the tour). */
  readonly quietHours: { readonly from: string; readonly until: string; readonly asIsFrom: string } | null;
}

/** Who is offered freed times, and for how long (D2). Leads and windows are elapsed time. */
export interface WaitlistPolicy {
  readonly windows: readonly {
    readonly leadAtLeast: string;
    readonly window: string;
    /** The window runs only in `sendHours` of the patient's clock. */
    readonly wakingHoursOnly: boolean;
    /** Offers sent while the lead is in this row. */
    readonly maxOffers: number;
  }[];
  /** Nothing is offered nearer than this, whatever the visit type says. */
  readonly minLead: string;
  /** From this lead on the time goes public `releaseFarAfter` its opening. */
  readonly farLead: string;
  readonly releaseFarAfter: string;
  /** Patient-local, both edges allowed; null: at any hour (a clinic of seconds, for the tour). */
  readonly sendHours: { readonly from: string; readonly until: string } | null;
  readonly maxOffersPerDay: number;
  /** After so many successive silences the entry waits for a call. */
  readonly pauseAfterSilences: number;
  /** An offer can be extended once. */
  readonly extension: string;
  /** 1: one after the other. 2 or 3: so many at once for leads under a day, the first answer wins. */
  readonly batchSize: number;
  readonly entryLifetime: string;
  readonly expiryNotice: string;
}

/** What happens to a visit that nobody has confirmed (features.md B17, domain/appointment/confirmation.ts). */
export interface ConfirmationPolicy {
  /** Before the start: `PT6H` elapsed, `P1D` at the same wall-clock time the day before. */
  readonly deadline: string;
  readonly otherwise: 'keep' | 'call' | 'release';
  /** Who books less than this before the deadline has said with it that they will come. */
  readonly margin: string;
  /** How long the clinic has for its call. */
  readonly callWithin: string;
}

/** Of walk-ins: whose words the five levels carry, and after how long somebody looks again at who still waits. */
export interface WalkInPolicy {
  readonly scheme: TriageScheme;
  readonly untriaged: string;
  readonly level1: string;
  readonly level2: string;
  readonly level3: string;
  readonly level4: string;
  readonly level5: string;
}

export interface PolicyValues {
  readonly hold: { readonly duration: string; readonly extension: string; readonly maxPerPatient: number };
  readonly approval: { readonly within: string };
  readonly arrival: { readonly early: string };
  readonly reschedule: { readonly maxByPatient: number };
  readonly overbook: { readonly maxPerProviderPerDay: number };
  readonly 'clinic-cancel': { readonly alternatives: number; readonly holdDuration: string };
  readonly reminder: ReminderPolicy;
  readonly confirmation: ConfirmationPolicy;
  readonly fee: FeePolicy;
  readonly waitlist: WaitlistPolicy;
  readonly 'walk-in': WalkInPolicy;
  readonly intake: IntakePolicy;
  /** From which age somebody acts for themselves: `P18Y`. */
  readonly guardianship: { readonly majority: string };
  /** How long a signature counts, and whether checking in waits for what is missing or only shows it. */
  readonly consent: { readonly validFor: string; readonly atCheckIn: 'show' | 'require' };
  readonly escalation: EscalationPolicy;
  /** A draft that nobody has touched for so long is put away; it can be gone on with. */
  readonly 'questionnaire-draft': { readonly putAwayAfter: string };
}
export type PolicyKind = keyof PolicyValues;

export const defaultPolicies: PolicyValues = {
  hold: { duration: 'PT10M', extension: 'PT5M', maxPerPatient: 3 },
  approval: { within: 'PT48H' },
  arrival: { early: 'PT60M' },
  reschedule: { maxByPatient: 3 },
  overbook: { maxPerProviderPerDay: 2 },
  'clinic-cancel': { alternatives: 3, holdDuration: 'PT24H' },
  reminder: {
    // The cadence of the trial in A4: 3 days + 1 day missed fewest visits; the question to confirm goes with the first.
    items: [
      { before: 'P7D', channels: ['email'] },
      { before: 'P3D', channels: ['sms', 'email'], askConfirm: true },
      { before: 'P1D', channels: ['sms'], onlyIf: 'unconfirmed-or-high-risk' },
      { before: 'PT3H', channels: ['sms'], telehealthLink: true },
    ],
    margin: 'PT1H',
    quietHours: { from: '20:00', until: '08:00', asIsFrom: '07:00' },
  },
  confirmation: { deadline: 'PT6H', otherwise: 'keep', margin: 'PT12H', callWithin: 'PT2H' },
  fee: {
    currency: 'USD',
    lateCancelCents: 0,
    noShowCents: 0,
    depositCents: 0,
    waiveFirst: true,
    waivedPayerClasses: ['medicaid'],
    byVisitType: {},
  },
  waitlist: {
    windows: [
      { leadAtLeast: 'P7D', window: 'PT12H', wakingHoursOnly: true, maxOffers: 10 },
      { leadAtLeast: 'PT72H', window: 'PT4H', wakingHoursOnly: true, maxOffers: 10 },
      { leadAtLeast: 'PT24H', window: 'PT60M', wakingHoursOnly: false, maxOffers: 15 },
      { leadAtLeast: 'PT4H', window: 'PT20M', wakingHoursOnly: false, maxOffers: 12 },
      { leadAtLeast: 'PT2H', window: 'PT10M', wakingHoursOnly: false, maxOffers: 6 },
    ],
    minLead: 'PT2H',
    farLead: 'P7D',
    releaseFarAfter: 'PT24H',
    sendHours: { from: '08:00', until: '20:00' },
    maxOffersPerDay: 3,
    pauseAfterSilences: 3,
    extension: 'PT5M',
    batchSize: 1,
    entryLifetime: 'P180D',
    expiryNotice: 'P14D',
  },
  'walk-in': {
    scheme: 'esi',
    untriaged: 'PT10M',
    level1: 'PT5M',
    level2: 'PT15M',
    level3: 'PT30M',
    level4: 'PT60M',
    level5: 'PT60M',
  },
  intake: defaultIntakePolicy,
  guardianship: { majority: 'P18Y' },
  consent: { validFor: 'P1Y', atCheckIn: 'show' },
  escalation: defaultEscalationPolicy,
  'questionnaire-draft': { putAwayAfter: 'P90D' },
};

/** A row of the table `policy`; `validFrom` and `validTo` are epoch milliseconds, half-open. */
export interface PolicyRow {
  readonly kind: string;
  /** null: everywhere in the organization. */
  readonly locationId: LocationId | null;
  readonly validFrom: number;
  readonly validTo: number | null;
  readonly value: unknown;
}

/**
 * The value in force at an instant: the location's own row before the organization's, the latest beginning first; the
 * default where there is none, and for keys that a row leaves out. Rows are checked when they are written.
 */
export function policyAt<Kind extends PolicyKind>(
  rows: readonly PolicyRow[],
  kind: Kind,
  at: number,
  locationId: LocationId | null = null,
): PolicyValues[Kind] {
  let best: PolicyRow | undefined;
  for (const row of rows) {
    if (row.kind !== kind || row.validFrom > at || (row.validTo !== null && row.validTo <= at)) continue;
    if (row.locationId !== null && row.locationId !== locationId) continue;
    if (!best || rank(row) > rank(best) || (rank(row) === rank(best) && row.validFrom > best.validFrom)) best = row;
  }
  return { ...defaultPolicies[kind], ...(best?.value as Partial<PolicyValues[Kind]> | undefined) };
}

function rank(row: PolicyRow): number {
  return row.locationId === null ? 0 : 1;
}
