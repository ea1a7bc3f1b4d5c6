/** From which age, where and for which service a minor may consent alone: the clinic's dated rows, each with who answers for it. */
import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { addMinorConsentRule, endMinorConsentRule, minorConsentRules, type MinorConsentRuleRow } from '../../db/patients/minor-consents.ts'; // prettier-ignore
import { requireRows } from '../../db/schedule/schedule-administration.ts';
import { DomainError } from '../../domain/errors.ts';
import { guardianAccesses } from '../../domain/intake/minor-consent.ts';
import { route } from '../route.ts';
import { id, idParams, instant, listOf, note, text } from '../schemas.ts';
import { writeContext } from '../write-context.ts';

const rule = z.object({
  id,
  visitTypeId: id,
  /** ISO 3166-1 or -2; null: wherever the organization is. */
  jurisdiction: z.string().nullable(),
  /** Whole years. */
  fromAge: z.int(),
  /** `none`: confidential to the minor. `shared`: a guardian may see and answer too. */
  guardianAccess: z.enum(guardianAccesses),
  basis: z.string(),
  owner: z.string(),
  validFrom: z.string(),
  validTo: z.string().nullable(),
});

const toRule = (row: MinorConsentRuleRow): z.output<typeof rule> => ({
  id: row.id,
  visitTypeId: row.visit_type_id,
  jurisdiction: row.jurisdiction,
  fromAge: row.from_age,
  guardianAccess: row.guardian_access,
  basis: row.basis,
  owner: row.owner,
  validFrom: row.valid_from.toISOString(),
  validTo: row.valid_to?.toISOString() ?? null,
});

export const listMinorConsentRules = route({
  method: 'GET',
  path: '/minor-consent-rules',
  summary: 'For which services a minor may consent alone; the rule that begins last comes first',
  answer: listOf(rule),
  policy: { action: ['consent:publish', 'intake:manage'] },
  audit: { none: 'the clinic’s rules' },
  handler: (context) =>
    context.read(async (trx) => ({ items: (await minorConsentRules(trx)).map(toRule), nextCursor: null })),
});

export const createMinorConsentRule = route({
  method: 'POST',
  path: '/minor-consent-rules',
  summary: 'A new rule from a date on; intakes that have begun go on under the rule of their beginning',
  status: 201,
  body: z.strictObject({
    visitTypeId: id,
    jurisdiction: z
      .string()
      .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'Send a country such as US, or a state such as US-NY')
      .nullable()
      .default(null),
    fromAge: z.int().min(0).max(25),
    guardianAccess: z.enum(guardianAccesses),
    /** The law or the advice of counsel that it rests on. */
    basis: note(500),
    /** Who answers for it in this clinic: a person or an office. */
    owner: text(160),
    validFrom: instant.optional(),
    validTo: instant.nullable().default(null),
  }),
  answer: rule,
  policy: { action: 'consent:publish' },
  audit: { change: 'minor-consent-rule:create', entity: 'minor-consent-rule' },
  handler: (context, { body }) =>
    context.transaction(
      async (trx) => {
        await requireRows(trx, context.organizationId, 'visit_type', [body.visitTypeId], '/body/visitTypeId');
        const at = await databaseTime(trx);
        const validFrom = body.validFrom === undefined ? at : new Date(body.validFrom);
        const validTo = body.validTo === null ? null : new Date(body.validTo);
        // What was signed was signed under the rule of its day (a minute of grace for clocks).
        if (validFrom.getTime() < at.getTime() - 60_000) refuse('/body/validFrom', 'in-the-past', 'A rule begins now or later.'); // prettier-ignore
        if (validTo !== null && validTo <= validFrom) refuse('/body/validTo', 'before-start', 'Ends before it begins.');
        const made = await addMinorConsentRule(trx, { ...(await writeContext(context, trx)), ...body, validFrom, validTo }); // prettier-ignore
        return toRule((await minorConsentRules(trx)).find((row) => row.id === made)!);
      },
      { operation: true },
    ),
});

export const endMinorConsentRuleRoute = route({
  method: 'POST',
  path: '/minor-consent-rules/:id/end',
  summary: 'Nothing begins under it from now on; what has begun and what was signed stays',
  params: idParams,
  body: z.strictObject({}),
  answer: rule,
  policy: { action: 'consent:publish' },
  audit: { change: 'minor-consent-rule:end', entity: 'minor-consent-rule' },
  handler: (context, { params }) =>
    context.transaction(
      async (trx) => {
        await endMinorConsentRule(trx, { ...(await writeContext(context, trx)), id: params.id });
        return toRule((await minorConsentRules(trx)).find((row) => row.id === params.id)!);
      },
      { operation: true },
    ),
});

function refuse(path: string, code: string, message: string): never {
  throw new DomainError('validation-failed', { errors: [{ path, code, message }] });
}
