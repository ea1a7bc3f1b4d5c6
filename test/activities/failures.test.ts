import { describe, expect, test } from 'vitest';
import { isAway, toApplicationFailure, withFailures } from '../../activities/failures.ts';
import { DomainError, problemCodes, retryableCodes } from '../../domain/errors.ts';
import type { ProblemCode } from '../../domain/errors.ts';

describe('what an activity throws', () => {
  test.each(Object.keys(problemCodes) as ProblemCode[])('%s keeps its code and detail', (code) => {
    const failure = toApplicationFailure(new DomainError(code, { allowed: ['cancel'], data: { from: 'booked' } }));
    expect(failure.type).toBe(code);
    expect(failure.details).toEqual([{ code, allowed: ['cancel'], data: { from: 'booked' } }]);
    expect(failure.nonRetryable).toBe(!retryableCodes.has(code));
  });

  test('a database that quotes a row is not quoted', () => {
    const violation = Object.assign(new Error('Key (email)=(ana@example.org) already exists'), {
      code: '23505',
      constraint: 'app_user_email_key',
      detail: 'Key (email)=(ana@example.org) already exists.',
    });
    const failure = toApplicationFailure(violation);
    expect(JSON.stringify({ ...failure, message: failure.message, cause: failure.cause })).not.toContain('ana@');
    expect(failure.message).toBe('internal: 23505 app_user_email_key');
    expect(failure.nonRetryable).toBe(false);
  });

  test.each([
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    Object.assign(new Error('deadlock detected'), { code: '40P01' }),
    Object.assign(new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])),
    new Error('Connection terminated unexpectedly'),
    new Error('Knex: Timeout acquiring a connection. The pool is probably full.'),
  ])('%s is tried again as unavailable', (error) => {
    expect(isAway(error)).toBe(true);
    expect(toApplicationFailure(error)).toMatchObject({ type: 'unavailable', nonRetryable: false });
  });

  test('faults are reported, refusals are not', async () => {
    const seen: unknown[] = [];
    const fault = new Error('bug');
    await expect(
      withFailures(
        () => Promise.reject(fault),
        (e) => seen.push(e),
      ),
    ).rejects.toMatchObject({ type: 'internal' });
    await expect(
      withFailures(
        () => Promise.reject(new DomainError('slot-taken')),
        (e) => seen.push(e),
      ),
    ).rejects.toMatchObject({ type: 'slot-taken' });
    expect(seen).toEqual([fault]);
  });
});
