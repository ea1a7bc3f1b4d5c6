/** Who acts for a minor: recorded by staff with what it rests on, until the day of majority or until it is taken back. */
import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { guardiansOf, majorityOf, recordGuardian, revokeGuardian } from '../../db/patients/guardians.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';
import { route } from '../route.ts';
import { email, id, idParams, instant, language, note, phone, text } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const guardian = z.object({
  id,
  name: z.string(),
  relationship: z.string(),
  authority: z.string(),
  evidence: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  language: z.string().nullable(),
  from: z.string(),
  /** The authority ends then by itself; null: no end is known. */
  until: z.string().nullable(),
  revokedAt: z.string().nullable(),
  inAuthority: z.boolean(),
});
const guardians = z.object({
  items: z.array(guardian),
  minor: z.boolean(),
  /** When the patient comes of age; null without a whole date of birth. */
  comesOfAge: z.string().nullable(),
});

const readGuardians = (context: RequestContext, patientId: string): Promise<z.output<typeof guardians>> =>
  context.read(async (trx) => {
    const at = await databaseTime(trx);
    const majority = await majorityOf(trx, patientId, at);
    const rows = await guardiansOf(trx, patientId);
    return {
      items: rows.map((row) => ({
        id: row.id,
        name: row.name,
        relationship: row.relationship,
        authority: row.authority,
        evidence: row.evidence,
        email: row.email,
        phone: row.phone,
        language: row.language,
        from: row.valid_from.toISOString(),
        until: row.valid_until?.toISOString() ?? null,
        revokedAt: row.revoked_at?.toISOString() ?? null,
        inAuthority:
          row.revoked_at === null && row.valid_from <= at && (row.valid_until === null || row.valid_until > at),
      })),
      minor: majority.minor,
      comesOfAge: majority.at?.toISOString() ?? null,
    };
  });

export const listGuardians = route({
  method: 'GET',
  path: '/patients/:id/guardians',
  summary: 'Who may act for a patient, on what authority, and until when',
  params: idParams,
  answer: guardians,
  policy: { action: 'consent:read' },
  audit: { read: 'patient:read-guardians', entity: 'patient' },
  handler: (context, { params }) => readGuardians(context, params.id),
});

/** Who acts for somebody is checked against documents: staff only. */
function requireStaff(context: RequestContext, patientId: string): void {
  if (context.can('patient:update')) return;
  if (context.user.patientId !== patientId) throw new DomainError('not-found');
  throw new DomainError('forbidden', { detail: 'The clinic records this. Please call.' });
}

export const addGuardian = route({
  method: 'POST',
  path: '/patients/:id/guardians',
  summary: 'Record who acts for a minor, and what was looked at; ends on the day of majority',
  status: 201,
  params: idParams,
  body: z.strictObject({
    name: text(160),
    relationship: text(60),
    authority: text(60),
    evidence: note(300).optional(),
    email: email.optional(),
    phone: phone.optional(),
    language: language.optional(),
    until: instant.optional(),
  }),
  answer: guardians,
  policy: { action: 'patient:update' },
  audit: { change: 'patient:add-guardian', entity: 'patient' },
  handler: async (context, { params, body }) => {
    requireStaff(context, params.id);
    await context.transaction(
      async (trx) => {
        const write = await writeContext(context, trx);
        const until = body.until === undefined ? undefined : new Date(body.until);
        return (await recordGuardian(trx, { ...write, ...body, patientId: params.id, until })).id;
      },
      { operation: true },
    );
    return readGuardians(context, params.id);
  },
});

export const endGuardian = route({
  method: 'POST',
  path: '/patients/:id/guardians/:guardianId/revoke',
  summary: 'Take a guardian’s authority back; links and sessions of it end at once',
  params: z.strictObject({ id, guardianId: id }),
  body: z.strictObject({ reason: text(300) }),
  answer: guardians,
  policy: { action: 'patient:update' },
  audit: { change: 'patient:revoke-guardian', entity: 'patient' },
  handler: async (context, { params, body }) => {
    requireStaff(context, params.id);
    await context.transaction(
      async (trx) => {
        const write = await writeContext(context, trx);
        await revokeGuardian(trx, { ...write, patientId: params.id, guardianId: params.guardianId, because: body.reason }); // prettier-ignore
        return null;
      },
      { operation: true },
    );
    return readGuardians(context, params.id);
  },
});
