/** The clocks of an intake as a dated policy row (kind `intake`; scheduling-intake.md D3). Durations ISO-8601, local times `HH:MM`. */
import type { IntakeStep } from './intake.ts';

export type BusinessDay = 'MO' | 'TU' | 'WE' | 'TH' | 'FR' | 'SA' | 'SU';

export interface BusinessHours {
  readonly days: readonly BusinessDay[];
  readonly from: string;
  readonly until: string;
}

export interface IntakePolicy {
  /** After the invitation: `P1D` at the same wall-clock time the next day. */
  readonly reminders: readonly string[];
  /** Before the visit, while it is not sent in. */
  readonly beforeVisit: string;
  /** Of the patient's clock: what falls into the night goes out the evening before. null: none (a clinic of seconds). */
  readonly quietHours: { readonly from: string; readonly until: string } | null;
  /** Without a visit it ends so long after it began; with one, when the visit begins. */
  readonly expiry: string;
  /** An expired one can be taken up again, its answers intact, for so long. */
  readonly reopenWithin: string;
  /** From submission to approval or return; then a lead is told. */
  readonly reviewBusinessDays: number;
  readonly businessHours: BusinessHours;
  /** After a withdrawal, what never reached the chart is kept for so long. */
  readonly retention: string;
  /** Younger patients are not asked the screens; about alcohol from another age on. */
  readonly screensFromAge: number;
  readonly alcoholFromAge: number;
  /** By the code of the visit type: steps that it does not need. */
  readonly notNeeded: Readonly<Record<string, readonly IntakeStep[]>>;
  /** Steps that an answer makes needless: the question has this coding among its answers. */
  readonly notNeededIf: readonly {
    readonly step: IntakeStep;
    readonly answer: { readonly step: IntakeStep; readonly linkId: string; readonly code: string };
  }[];
}

export const defaultIntakePolicy: IntakePolicy = {
  reminders: ['P1D', 'P3D'],
  beforeVisit: 'PT24H',
  quietHours: { from: '20:00', until: '08:00' },
  expiry: 'P30D',
  reopenWithin: 'P60D',
  reviewBusinessDays: 1,
  businessHours: { days: ['MO', 'TU', 'WE', 'TH', 'FR'], from: '08:00', until: '17:00' },
  retention: 'P30D',
  screensFromAge: 12,
  alcoholFromAge: 18,
  notNeeded: {},
  notNeededIf: [],
};
