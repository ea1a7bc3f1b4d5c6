/** Why a person of the clinic raises an urgent item by hand: what a red flag would say, and what only somebody there sees. */
import { redFlagRules } from './intake/red-flags.ts';

export const callReasons = [
  'collapsed',
  'breathing',
  ...redFlagRules,
  'medication-danger',
  'violence',
  'critical-finding',
  'other-danger',
] as const;
export type CallReason = (typeof callReasons)[number];

export const callSubjects = ['patient', 'intake'] as const;
export type CallSubject = (typeof callSubjects)[number];
