/** ETag and If-Match on PUT and PATCH: the version that was read is the version that is changed, or 412. */
import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '../domain/errors.ts';

export const etag = (version: number): string => `"${version}"`;

/**
 * The version of `If-Match: "3"`.
 * @throws DomainError `precondition-required` when absent, `version-conflict` when it is not a version of ours
 */
export function ifMatch(headers: IncomingHttpHeaders): number {
  const header = headers['if-match'];
  if (header === undefined) throw new DomainError('precondition-required');
  const found = /^(?:W\/)?"(\d{1,9})"$/.exec(header.trim());
  if (found?.[1] === undefined) throw new DomainError('version-conflict');
  return Number(found[1]);
}
