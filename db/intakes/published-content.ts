/**
 * What a published version of a questionnaire asks never changes (migration 020 refuses it), and every save and every page
 * of an intake needs it: it is read and parsed once for each pool of connections, and given to all who ask.
 */
import type { QuestionnaireVersion } from '../../domain/questionnaire/questionnaire.ts';
import type { Trx } from '../connection.ts';

/** Of one clinic a dozen; the oldest go first. With six languages one takes some 20 KB of text. */
const most = 200;

/** By the settings that a pool and all its transactions share. */
const keptBy = new WeakMap<object, Map<string, QuestionnaireVersion>>();

export interface Published {
  /** Nothing of a draft is kept. */
  readonly isFinal: boolean;
  readonly version: QuestionnaireVersion;
}

/** @param organizationId of a row that the caller was shown: nothing is asked of the database's policies here */
export async function publishedContent(
  trx: Trx,
  which: { readonly organizationId: string; readonly code: string; readonly number: number },
  read: () => Promise<Published>,
): Promise<QuestionnaireVersion> {
  const pool = (trx.client as { readonly config: object }).config;
  const kept = keptBy.get(pool) ?? new Map<string, QuestionnaireVersion>();
  keptBy.set(pool, kept);
  const key = `${which.organizationId} ${which.code} ${which.number}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const { isFinal, version } = await read();
  if (!isFinal) return version;
  const [oldest] = kept.keys();
  if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
  kept.set(key, frozen(version));
  return version;
}

/** Everybody gets the same one: nobody may change it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
