import type { FieldWeight, IdentityField } from './identity-matching.ts';
import type { PreparedIdentity } from './identity-normalisation.ts';

/** Why a pair is nobody's question although its score says so; null when it is one. */
export function evidenceProblem(
  _bits: number,
  _weights: Readonly<Record<IdentityField, FieldWeight>>,
  _a: PreparedIdentity,
  _b: PreparedIdentity,
): 'household' | null {
  return null;
}
