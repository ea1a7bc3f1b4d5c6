/** The log's allow-list: what helps at night stays, what could name a person does not. */
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from '../../log.ts';
import { fieldsOf } from '../../workers/metrics.ts';

function logged(fields: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  createLog({ component: 'test', level: 'info' }, sink).error(fields, 'message');
  const { level, time, pid, component, msg, ...rest } = JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
  expect([level, component, msg, typeof time, typeof pid]).toEqual(['error', 'test', 'message', 'string', 'number']);
  return rest;
}

const appointmentId = '018f3a4e-0000-7000-8000-000000000001';

it('keeps which channel a message went by, which visit failed, and the code', () => {
  const fields = { notificationId: 'n1', channel: 'email', appointmentId, code: 'EENVELOPE' };
  expect(logged(fields)).toEqual(fields);
  expect(logged({ code: 550 })).toEqual({ code: 550 });
});

it('drops what is not on the list, and sentences in fields for ids and codes', () => {
  expect(logged({ name: 'Ana Example', body: 'x', email: 'a@example.org' })).toEqual({});
  const sentences = { channel: 'a@example.org', appointmentId: 'visit of Ana', code: 'no such person: Ana Example' };
  expect(logged({ ...sentences, kind: 'booked' })).toEqual({ kind: 'booked' });
  expect(logged({ code: { message: 'Ana' }, appointmentId: ['Ana'] })).toEqual({});
});

it('keeps the code with which a workflow gave up on a timer, and of an error its type and never its message', () => {
  const about = { workflowId: `appt:${appointmentId}`, attempt: 1 };
  expect(logged(fieldsOf({ ...about, code: 'guard-failed' }))).toEqual({ ...about, code: 'guard-failed' });
  const error = Object.assign(new Error('Ana Example'), { type: 'conflict' });
  expect(logged(fieldsOf({ ...about, error, code: 'x' }))).toEqual({ ...about, code: 'conflict' });
});
