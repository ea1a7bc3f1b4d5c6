/**
 * Are two records one person? (scheduling-intake.md D3 "Duplicates", S18, I25.) Probabilistic comparison after Fellegi and
 * Sunter: each field that both records know adds the logarithm of how much likelier its level of agreement is for one
 * person than for two. Pure: no clock, no database; the same rules behind registration, intake and `npm run match`.
 */
import { evidenceProblem } from './identity-evidence.ts';
import { fieldLevels } from './identity-levels.ts';
import { prepareIdentity } from './identity-normalisation.ts';
import type { PreparedIdentity } from './identity-normalisation.ts';

/** One name as somebody writes or wrote it: official, alias, maiden, kana, romanised. The best pair of rows counts. */
export interface IdentityName {
  readonly given: string | null;
  readonly surname: string | null;
}

export interface IdentityValue {
  readonly value: string;
  /** Seen on a document, or answered from by its owner: only then may it carry an automatic link. */
  readonly verified: boolean;
}

/** What is known of a person; what is not known is null or empty, and weighs nothing. */
export interface IdentityRecord {
  readonly id: string;
  readonly names: readonly IdentityName[];
  /** YYYY, YYYY-MM, YYYY-MM-DD or YYYYMMDD; anything else counts as unknown. */
  readonly birthDate: string | null;
  /** Street and house number on one line, as written. */
  readonly address: string | null;
  readonly suburb: string | null;
  readonly postcode: string | null;
  readonly state: string | null;
  readonly phones: readonly IdentityValue[];
  readonly emails: readonly string[];
  readonly nationalIds: readonly IdentityValue[];
  readonly memberIds: readonly IdentityValue[];
}

export const identityFields = [
  'surname',
  'given',
  'birthDate',
  'nationalId',
  'memberId',
  'postcode',
  'suburb',
  'street',
  'houseNumber',
  'phone',
  'email',
] as const;
export type IdentityField = (typeof identityFields)[number];

export type FieldLevel = 'exact' | 'nickname' | 'close' | 'different' | 'unknown';

export interface FieldWeight {
  readonly level: FieldLevel;
  /** log2(m/u) of the level; 0 where one side does not know. */
  readonly bits: number;
}

/** FHIR match-grade, with `possible` for its `certainly-not` .. `probable` middle. */
export type MatchGrade = 'certain' | 'probable' | 'possible' | 'none';
/** What follows: a link without a person, a look by a person, or nothing. */
export type MatchDecision = 'linked' | 'queued' | 'none';

export interface IdentityMatch {
  /** Sum of the bits, rounded to a tenth; the raw score, also where the grade is capped. */
  readonly score: number;
  readonly grade: MatchGrade;
  readonly weights: Readonly<Record<IdentityField, FieldWeight>>;
  readonly decision: MatchDecision;
}

export const thresholds = { certain: 18, probable: 10, possible: 4 } as const;

/** Compares two records as written. For many pairs, prepare each record once and use `comparePrepared`. */
export function compareIdentities(a: IdentityRecord, b: IdentityRecord): IdentityMatch {
  return comparePrepared(prepareIdentity(a), prepareIdentity(b));
}

export function comparePrepared(a: PreparedIdentity, b: PreparedIdentity): IdentityMatch {
  const { weights, strongIdVerified } = fieldLevels(a, b);
  let bits = 0;
  for (const field of identityFields) bits += weights[field].bits;
  const score = Math.round(bits * 10) / 10;
  const grade = gradeOf(bits, weights, a, b);
  return { score, grade, weights, decision: decide(grade, weights, strongIdVerified) };
}

type Weights = Readonly<Record<IdentityField, FieldWeight>>;

function gradeOf(bits: number, weights: Weights, a: PreparedIdentity, b: PreparedIdentity): MatchGrade {
  if (bits < thresholds.possible || evidenceProblem(weights, a, b) !== null) return 'none';
  if (weights.given.level === 'different') return 'possible'; // twins
  if (bits >= thresholds.certain) return 'certain';
  return bits >= thresholds.probable ? 'probable' : 'possible';
}

/** Without a person only where nothing is left to judge; from 4 bits up everything else is a person's to judge. */
function decide(grade: MatchGrade, weights: Weights, strongIdVerified: boolean): MatchDecision {
  if (grade === 'none') return 'none';
  const givenAgrees = weights.given.level === 'exact' || weights.given.level === 'nickname';
  const alone = grade === 'certain' && weights.birthDate.level === 'exact' && givenAgrees && strongIdVerified;
  return alone ? 'linked' : 'queued';
}
