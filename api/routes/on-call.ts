import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import {
  addShift,
  listShifts,
  onCallAt,
  removeShift,
  respondingRoles,
  setStaffContact,
  staffContact,
  type OnCallShiftRow,
} from '../../db/escalations/on-call.ts';
import { DomainError } from '../../domain/errors.ts';
import { onCallRoles } from '../../domain/escalation.ts';
import { route } from '../route.ts';
import { id, idParams, instant, phone } from '../schemas.ts';

const role = z.enum(onCallRoles);
const person = z.object({ id, name: z.string() });

const shift = z.object({
  id,
  role,
  person,
  /** null: every place. */
  locationId: id.nullable(),
  from: z.string(),
  /** Not in it any more. */
  until: z.string(),
  primary: z.boolean(),
});

const toShift = (row: OnCallShiftRow): z.output<typeof shift> => ({
  id: row.id,
  role: row.role,
  person: { id: row.user_id, name: row.user_name },
  locationId: row.location_id,
  from: row.from_at.toISOString(),
  until: row.until_at.toISOString(),
  primary: row.is_primary,
});

export const listOnCallShifts = route({
  method: 'GET',
  path: '/on-call/shifts',
  summary: 'The roster between two instants: whoever is on call in a part of it, earliest first',
  query: z.strictObject({ from: instant, until: instant }),
  answer: z.object({ items: z.array(shift) }),
  policy: { action: 'escalation:read' },
  audit: { none: 'who works when; nothing about a patient' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const [from, until] = [new Date(query.from), new Date(query.until)];
      if (until <= from || until.getTime() - from.getTime() > 93 * 86_400_000)
        throw new DomainError('validation-failed', {
          errors: [{ path: '/query/until', code: 'range', message: 'Ask for up to 93 days, end after beginning.' }],
        });
      return { items: (await listShifts(trx, from, until)).map(toShift) };
    }),
});

export const showOnCallNow = route({
  method: 'GET',
  path: '/on-call/now',
  summary: 'Who would be told now, role by role; an empty role is a gap',
  query: z.strictObject({ locationId: id.optional() }),
  answer: z.object({
    at: z.string(),
    roles: z.array(
      z.object({
        role,
        people: z.array(person.extend({ telephone: z.boolean(), push: z.boolean() })),
      }),
    ),
  }),
  policy: { action: 'escalation:read' },
  audit: { none: 'who works when; nothing about a patient' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const at = await databaseTime(trx);
      const answer = [];
      for (const one of onCallRoles) {
        const people = [];
        for (const userId of await onCallAt(trx, one, query.locationId ?? null, at)) {
          const contact = await staffContact(trx, userId);
          const found = await nameOf(trx, userId);
          people.push({ ...found, telephone: contact.telephone !== null, push: contact.pushDevice !== null });
        }
        answer.push({ role: one, people });
      }
      return { at: at.toISOString(), roles: answer };
    }),
});

async function nameOf(trx: Trx, userId: string): Promise<z.output<typeof person>> {
  const row = await trx('app_user')
    .where({ id: userId })
    .first<{ id: string; display_name: string } | undefined>('id', 'display_name');
  if (row === undefined) throw new DomainError('not-found');
  return { id: row.id, name: row.display_name };
}

export const addOnCallShift = route({
  method: 'POST',
  path: '/on-call/shifts',
  summary: 'Put somebody on call; one primary at a time for a role and place',
  status: 201,
  body: z.strictObject({
    role,
    userId: id,
    locationId: id.nullable().optional(),
    from: instant,
    until: instant,
    /** Left out: yes. Who is not is told when there is no primary. */
    primary: z.boolean().optional(),
  }),
  answer: shift,
  policy: { action: 'on-call:manage' },
  audit: { change: 'on-call-shift:add', entity: 'on-call-shift' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        const [from, until] = [new Date(body.from), new Date(body.until)];
        if (until <= from)
          throw new DomainError('validation-failed', {
            errors: [{ path: '/body/until', code: 'range', message: 'It ends after it begins.' }],
          });
        await addShift(trx, {
          organizationId: context.organizationId,
          id: context.operationId,
          role: body.role,
          userId: body.userId,
          locationId: body.locationId ?? null,
          from,
          until,
          primary: body.primary ?? true,
          actor: context.actor,
          at: await databaseTime(trx),
        });
        const [added] = (await listShifts(trx, from, until)).filter((one) => one.id === context.operationId);
        return toShift(added!);
      },
      { operation: true },
    ),
});

export const removeOnCallShift = route({
  method: 'DELETE',
  path: '/on-call/shifts/:id',
  summary: 'Take somebody off call',
  params: idParams,
  status: 204,
  policy: { action: 'on-call:manage' },
  audit: { change: 'on-call-shift:remove', entity: 'on-call-shift' },
  handler: async (context, { params }) => {
    await context.transaction(async (trx) => {
      const { organizationId, actor } = context;
      await removeShift(trx, { organizationId, id: params.id, actor, at: await databaseTime(trx) });
    });
    return undefined;
  },
});

const reach = z.object({
  person,
  email: z.string(),
  telephone: z.string().nullable(),
  pushDevice: z.string().nullable(),
});

export const listOnCallPeople = route({
  method: 'GET',
  path: '/on-call/people',
  summary: 'Who can be put on call, and how each is reached',
  answer: z.object({ items: z.array(reach) }),
  policy: { action: 'on-call:manage' },
  audit: { none: 'how colleagues are reached; nothing about a patient' },
  handler: (context) =>
    context.read(async (trx) => {
      const rows = await trx('app_user as u')
        .leftJoin('staff_contact as c', 'c.user_id', 'u.id')
        .where('u.kind', 'staff')
        .whereNull('u.disabled_at')
        .whereExists(trx('user_role as r').whereRaw('r.user_id = u.id').whereIn('r.role', respondingRoles).select('r.role'))
        .orderBy('u.display_name')
        .select<{ id: string; display_name: string; email: string; telephone: string | null; push_device: string | null }[]>(
          'u.id', 'u.display_name', 'u.email', 'c.telephone', 'c.push_device',
        );
      return {
        items: rows.map((row) => ({
          person: { id: row.id, name: row.display_name },
          email: row.email,
          telephone: row.telephone,
          pushDevice: row.push_device,
        })),
      };
    }),
}); // prettier-ignore

export const setOnCallReach = route({
  method: 'PUT',
  path: '/on-call/people/:id',
  summary: 'How somebody of the staff is reached beside their mail; null takes it away',
  params: idParams,
  body: z.strictObject({ telephone: phone.nullable(), pushDevice: z.string().trim().min(1).max(200).nullable() }),
  answer: reach,
  policy: { action: 'on-call:manage' },
  audit: { change: 'staff-contact:set', entity: 'staff-contact' },
  handler: (context, { params, body }) =>
    context.transaction(async (trx) => {
      const { organizationId, actor } = context;
      const found = await trx('app_user')
        .where({ id: params.id, kind: 'staff' })
        .first<{ email: string } | undefined>('email');
      if (found === undefined) throw new DomainError('not-found');
      if (body.telephone !== null && !/^\+?[0-9][0-9 ().-]{5,24}$/.test(body.telephone))
        throw new DomainError('validation-failed', {
          errors: [{ path: '/body/telephone', code: 'pattern', message: 'Send digits, such as +1 555 0100.' }],
        });
      const at = await databaseTime(trx);
      await setStaffContact(trx, { organizationId, userId: params.id, ...body, actor, at });
      return { person: await nameOf(trx, params.id), email: found.email, ...body };
    }),
});
