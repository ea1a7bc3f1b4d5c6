/** The door of an intake for who has no account: a link by mail, a step-up, a session for this one intake. */
import { databaseTime } from '../../db/clock.ts';
import { intakeLinkHours } from '../../db/intakes/intake-links.ts';
import {
  askedOf,
  codeMinutes,
  linkState,
  openIntake,
  readLink,
  recognizeLink,
  renewLink,
  sendCode,
} from '../intakes/intake-access.ts';
import {
  intakeCodeAnswer,
  intakeCodeBody,
  intakeLinkAnswer,
  intakeLinkParams,
  intakeOpenAnswer,
  intakeOpenBody,
  intakeRenewAnswer,
} from '../intakes/intake-link-schemas.ts';
import { route } from '../route.ts';

/** Answers tell nothing by the time they take. Longer than any of them needs. */
const answerFloorMs = 400;

export const showIntakeLink = route({
  method: 'GET',
  path: '/intake-links/:token',
  summary: 'What opening an intake’s link will ask for; nothing about the person',
  params: intakeLinkParams,
  answer: intakeLinkAnswer,
  policy: { public: 'the link is the right; nothing about the person is shown before the step-up' },
  audit: { read: 'intake-link:look', entity: 'intake-link' },
  handler: async (context, { params }) => {
    const id = await recognizeLink(context, params.token);
    return context.read(async (trx) => {
      const link = await readLink(trx, id);
      const state = await linkState(trx, link, await databaseTime(trx));
      const organization = await trx('organization').first<{ name: string }>('name');
      const place = await trx('location').where({ active: true }).orderBy('created_at').first<{ phone: string | null } | undefined>('phone'); // prettier-ignore
      const { asks } = await askedOf(trx, link);
      return {
        state,
        asks,
        clinic: { name: organization.name, phone: place?.phone ?? null },
        language: link.language,
        lockedUntil: state === 'locked' ? (link.locked_until?.toISOString() ?? null) : null,
      };
    });
  },
});

export const sendIntakeCode = route({
  method: 'POST',
  path: '/intake-links/:token/code',
  summary:
    'Send a one-time code to the address on file, if what is asked is given right; the answer does not say which',
  params: intakeLinkParams,
  body: intakeCodeBody,
  status: 202,
  answer: intakeCodeAnswer,
  policy: { public: 'the link is the right to try; the code goes to the address on file' },
  audit: { change: 'intake-link:send-code', entity: 'intake-link' },
  withoutIdempotencyKey: 'a repeat sends another code, which ends the one before',
  answerFloorMs,
  handler: async (context, { params, body }) => {
    await sendCode(context, await recognizeLink(context, params.token), body);
    return { minutes: codeMinutes };
  },
});

export const openIntakeLink = route({
  method: 'POST',
  path: '/intake-links/:token/open',
  summary: 'Open the intake in this browser: what is asked and the code, or neither where there is nothing to show',
  params: intakeLinkParams,
  body: intakeOpenBody,
  status: 201,
  answer: intakeOpenAnswer,
  policy: { public: 'link, what the person knows and code together are the right' },
  audit: { change: 'intake-link:open', entity: 'intake-link' },
  withoutIdempotencyKey: 'the code works once; a link without a step-up shows nothing',
  answerFloorMs,
  handler: async (context, { params, body }) => {
    const { intakeId, expiresAt } = await openIntake(context, await recognizeLink(context, params.token), body);
    return { intakeId, expiresAt: expiresAt.toISOString() };
  },
});

export const renewIntakeLink = route({
  method: 'POST',
  path: '/intake-links/:token/renew',
  summary: 'Send a new link to the address on file; the answer does not say whether there is one',
  params: intakeLinkParams,
  status: 202,
  answer: intakeRenewAnswer,
  policy: { public: 'whoever holds an old link may ask; the new one goes to the address on file only' },
  audit: { change: 'intake-link:renew', entity: 'intake-link' },
  withoutIdempotencyKey: 'a repeat sends another link, which ends the one before',
  answerFloorMs,
  handler: async (context, { params }) => {
    await renewLink(context, await recognizeLink(context, params.token));
    return { hours: intakeLinkHours };
  },
});
