import { z } from 'zod';
import { recordStateChange } from '../../db/audit/audit-trail.ts';
import { databaseTime } from '../../db/clock.ts';
import { requireRows } from '../../db/schedule/schedule-administration.ts';
import { isoDurationToMs, parseDuration } from '../../domain/calendar/calendar.ts';
import { payerClasses } from '../../domain/appointment/charge.ts';
import { confirmationChoices } from '../../domain/appointment/confirmation.ts';
import { DomainError } from '../../domain/errors.ts';
import { escalationChannels, ladderTargets } from '../../domain/escalation.ts';
import { defaultPolicies, type PolicyKind } from '../../domain/policies.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import { triageSchemes } from '../../domain/walk-in.ts';
import { route } from '../route.ts';
import { id, instant, listOf, localTime } from '../schemas.ts';

const duration = z.string().max(20).refine(isDuration, 'Send an ISO-8601 duration such as PT10M or P3D');

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

/** What comes round again and again must leave a pause: a second at least. */
const positive = duration.refine(
  (text) => isDuration(text) && isoDurationToMs(text) >= 1_000,
  'Send a duration of at least PT1S',
);

const reminderRule = z.strictObject({
  before: duration,
  channels: z.array(z.enum(['email', 'sms'])).min(1).max(2),
  askConfirm: z.boolean().optional(),
  onlyIf: z.literal('unconfirmed-or-high-risk').optional(),
  telehealthLink: z.boolean().optional(),
}); // prettier-ignore

const ladder = z.array(z.strictObject({
  targets: z.array(z.enum(ladderTargets)).min(1).max(ladderTargets.length),
  channels: z.array(z.enum(escalationChannels)).min(1).max(escalationChannels.length),
  wait: positive,
})).min(1).max(10); // prettier-ignore

const windowRow = z.strictObject({
  leadAtLeast: duration,
  window: duration,
  wakingHoursOnly: z.boolean(),
  maxOffers: z.int().min(0).max(100),
}); // prettier-ignore

/** Integers of the smallest unit; ten thousand of the currency is beyond any fee. */
const cents = z.int().min(0).max(1_000_000);
const amounts = { lateCancelCents: cents, noShowCents: cents, depositCents: cents };

/** A row may leave keys out: the default fills them (domain/policies.ts). */
export const policyValues = {
  'hold': z.strictObject({ duration, extension: duration, maxPerPatient: z.int().min(0).max(50) }).partial(),
  'approval': z.strictObject({ within: duration }).partial(),
  'arrival': z.strictObject({ early: duration }).partial(),
  'reschedule': z.strictObject({ maxByPatient: z.int().min(0).max(100) }).partial(),
  'overbook': z.strictObject({ maxPerProviderPerDay: z.int().min(0).max(100) }).partial(),
  'clinic-cancel': z.strictObject({ alternatives: z.int().min(0).max(5), holdDuration: duration }).partial(),
  'reminder': z.strictObject({
    items: z.array(reminderRule).max(12),
    margin: duration,
    quietHours: z.strictObject({ from: localTime, until: localTime, asIsFrom: localTime }).nullable(),
  }).partial(),
  'confirmation': z.strictObject({ deadline: duration, otherwise: z.enum(confirmationChoices), margin: duration, callWithin: duration }).partial(),
  'fee': z.strictObject({
    ...amounts,
    currency: z.string().regex(/^[A-Z]{3}$/, 'Send a currency code such as USD'),
    waiveFirst: z.boolean(),
    waivedPayerClasses: z.array(z.enum(payerClasses)).max(payerClasses.length),
    byVisitType: z.record(z.string().min(1).max(40), z.strictObject(amounts).partial()),
  }).partial(),
  'waitlist': z.strictObject({
    windows: z.array(windowRow).min(1).max(12),
    minLead: duration,
    farLead: duration,
    releaseFarAfter: duration,
    sendHours: z.strictObject({ from: localTime, until: localTime })
      .refine(({ from, until }) => from < until, 'The day begins before it ends').nullable(),
    maxOffersPerDay: z.int().min(1).max(50),
    pauseAfterSilences: z.int().min(1).max(20),
    extension: duration,
    batchSize: z.int().min(1).max(3),
    entryLifetime: duration,
    expiryNotice: duration,
  }).partial(),
  'walk-in': z.strictObject({
    scheme: z.enum(triageSchemes),
    untriaged: duration,
    level1: duration,
    level2: duration,
    level3: duration,
    level4: duration,
    level5: duration,
  }).partial(),
  'intake': z.strictObject({
    reminders: z.array(duration).max(6),
    beforeVisit: duration,
    quietHours: z.strictObject({ from: localTime, until: localTime }).nullable(),
    expiry: positive,
    reopenWithin: duration,
    reviewBusinessDays: z.int().min(1).max(20),
    businessHours: z.strictObject({ days: z.array(z.enum(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])).min(1).max(7), from: localTime, until: localTime })
      .refine(({ from, until }) => from < until, 'The day begins before it ends'),
    retention: duration,
    screensFromAge: z.int().min(0).max(120),
    alcoholFromAge: z.int().min(0).max(120),
    notNeeded: z.record(z.string().min(1).max(40), z.array(z.enum(intakeSteps)).max(intakeSteps.length)),
    notNeededIf: z.array(z.strictObject({
      step: z.enum(intakeSteps),
      answer: z.strictObject({ step: z.enum(intakeSteps), linkId: z.string().min(1).max(120), code: z.string().min(1).max(60) }),
    })).max(20),
  }).partial(),
  'guardianship': z.strictObject({ majority: z.string().regex(/^P([1-9]|1\d|2[0-5])Y$/, 'Send whole years such as P18Y') }).partial(),
  'consent': z.strictObject({ validFor: z.string().regex(/^P(?=\d)(\d{1,2}Y)?(\d{1,3}M)?(\d{1,4}D)?$/, 'Send years, months or days such as P1Y'), atCheckIn: z.enum(['show', 'require']) }).partial(),
  'escalation': z.strictObject({
    ladder,
    intakeLadder: ladder,
    cycles: z.int().min(1).max(10),
    repeat: positive,
    codeResend: positive,
    resolveWithin: positive,
    cancelWithin: duration,
    ackWithin: positive,
    presenceWithin: positive.nullable(),
    codePresenceWithin: positive.nullable(),
  }).partial(),
  'questionnaire-draft': z.strictObject({ putAwayAfter: z.string().regex(/^P[1-9]\d{0,3}D$/, 'Send whole days such as P90D') }).partial(),
} satisfies Record<PolicyKind, z.ZodType>; // prettier-ignore

const kinds = Object.keys(policyValues) as [PolicyKind, ...PolicyKind[]];
const kind = z.enum(kinds);

const policy = z.object({
  id: id.nullable(),
  kind,
  locationId: id.nullable(),
  value: z.record(z.string(), z.unknown()),
  /** RFC 3339 UTC; null for the built-in default, which holds wherever no row does. */
  validFrom: z.string().nullable(),
  validTo: z.string().nullable(),
});

interface StoredPolicy {
  id: string;
  kind: PolicyKind;
  location_id: string | null;
  value: Record<string, unknown>;
  valid_from: Date;
  valid_to: Date | null;
}

const toPolicy = (row: StoredPolicy): z.output<typeof policy> => ({
  id: row.id,
  kind: row.kind,
  locationId: row.location_id,
  value: row.value,
  validFrom: row.valid_from.toISOString(),
  validTo: row.valid_to?.toISOString() ?? null,
});

export const listPolicies = route({
  method: 'GET',
  path: '/policies',
  summary: 'Deadlines as dated rows, with the defaults that hold where there is none',
  query: z.strictObject({ kind: kind.optional(), locationId: id.optional() }),
  answer: listOf(policy),
  policy: { action: ['policy:manage', 'schedule:read'] },
  audit: { none: 'the clinic’s rules' },
  handler: async (context, { query }) => {
    const rows = await context.read((trx) => {
      const found = trx('policy').where({ organization_id: context.organizationId }).whereIn('kind', query.kind === undefined ? kinds : [query.kind])
        .orderBy(['kind', { column: 'valid_from', order: 'desc' }, 'id']).limit(1000).select<StoredPolicy[]>(); // prettier-ignore
      if (query.locationId !== undefined) {
        const { locationId } = query;
        void found.where((at) => at.where({ location_id: locationId }).orWhereNull('location_id'));
      }
      return found;
    });
    const defaults = kinds.filter((name) => query.kind === undefined || name === query.kind)
      .map((name) => ({ id: null, kind: name, locationId: null, value: { ...defaultPolicies[name] }, validFrom: null, validTo: null })); // prettier-ignore
    return { items: [...rows.map(toPolicy), ...defaults], nextCursor: null };
  },
});

const body = z
  .strictObject({
    kind,
    locationId: id.nullable().default(null),
    value: z.record(z.string(), z.unknown()),
    /** Default: now. What was decided under an earlier row stays decided. */
    validFrom: instant.optional(),
    validTo: instant.nullable().default(null),
  })
  .superRefine((row, check) => {
    const parsed = (policyValues[row.kind] as z.ZodType).safeParse(row.value);
    for (const issue of parsed.success ? [] : parsed.error.issues)
      check.addIssue({ code: 'custom', path: ['value', ...issue.path], message: issue.message });
  });

export const createPolicy = route({
  method: 'POST',
  path: '/policies',
  summary: 'A new rule from a date on; the row that begins last is in force',
  status: 201,
  body,
  answer: policy,
  policy: { action: 'policy:manage' },
  audit: { change: 'policy:create', entity: 'policy' },
  handler: (context, input) =>
    context.transaction(
      async (trx) => {
        const { organizationId } = context;
        await requireRows(trx, organizationId, 'location', [input.body.locationId], '/body/locationId');
        const at = await databaseTime(trx);
        const validFrom = input.body.validFrom === undefined ? at : new Date(input.body.validFrom);
        const validTo = input.body.validTo === null ? null : new Date(input.body.validTo);
        // A rule for the past would rewrite what was decided under the old one (a minute of grace for clocks).
        if (validFrom.getTime() < at.getTime() - 60_000)
          refuse('/body/validFrom', 'in-the-past', 'A rule begins now or later.');
        if (validTo !== null && validTo <= validFrom) refuse('/body/validTo', 'before-start', 'Ends before it begins.');
        const [row] = await trx('policy')
          .insert({
            organization_id: organizationId,
            location_id: input.body.locationId,
            kind: input.body.kind,
            value: JSON.stringify(input.body.value),
            valid_from: validFrom,
            valid_to: validTo,
          })
          .returning<StoredPolicy[]>('*');
        await recordStateChange(trx, {
          organizationId,
          aggregate: 'policy',
          aggregateId: row!.id,
          event: 'create',
          from: null,
          to: 'active',
          actor: context.actor,
          at,
          opKey: context.operation.key,
          data: { kind: input.body.kind, value: input.body.value },
        });
        return toPolicy(row!);
      },
      { operation: true },
    ),
});

function refuse(path: string, code: string, message: string): never {
  throw new DomainError('validation-failed', { errors: [{ path, code, message }] });
}
