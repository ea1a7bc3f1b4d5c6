import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { waitlistEquity } from '../../db/waitlist/waitlist-equity.ts';
import { addDays, localDateOf, startOfLocalDate } from '../../domain/calendar/calendar.ts';
import { csvTable } from '../../domain/csv.ts';
import { DomainError } from '../../domain/errors.ts';
import { equityDimensions, equityNotOnRecord, type EquityReport } from '../../domain/waitlist/waitlist-equity.ts';
import { smallest } from '../../domain/suppression.ts';
import type { RequestContext } from '../context.ts';
import { RouteAnswer, route } from '../route.ts';

const month = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'Send YYYY-MM');
const count = z.int().nullable();
const rate = z.number().nullable();

const group = z.object({
  dimension: z.enum(equityDimensions),
  group: z.string(),
  /** null: masked, because it is small or would tell a small one. */
  entries: count,
  offers: count,
  accepted: count,
  offersPerEntryDay: rate,
  acceptance: rate,
  medianDaysGained: rate,
  /** Offered less than 80 % as often as the best of its dimension; null where the group is too small to say. */
  askedTooLittle: z.boolean().nullable(),
});

const report = z.object({
  month,
  timeZone: z.string(),
  /** Counts under this are masked. */
  smallest: z.int(),
  latestMonth: month,
  totals: z.object({ entries: count, offers: count, accepted: count }),
  groups: z.array(group),
  /** Dimensions that nothing on record tells yet. */
  notOnRecord: z.array(z.enum(equityNotOnRecord)),
});

const query = z.strictObject({ month });
const policy = { action: 'report:read' } as const;

export const showWaitlistEquity = route({
  method: 'GET',
  path: '/reports/waitlist-equity',
  summary: 'Whether the waitlist offers to groups of patients alike, for a month that is over',
  query: z.strictObject({ month: month.optional() }),
  answer: report,
  policy,
  audit: { read: 'report:read', entity: 'waitlist-equity' },
  handler: async (context, input) => {
    const read = await readReport(context, input.query.month);
    const { groups, totals } = read.report;
    return {
      month: read.month,
      timeZone: read.timeZone,
      smallest,
      latestMonth: read.latestMonth,
      totals,
      groups: [...groups],
      notOnRecord: [...equityNotOnRecord],
    };
  },
});

const columns = ['entries', 'offers', 'accepted', 'offersPerEntryDay', 'acceptance', 'medianDaysGained'] as const;

export const exportWaitlistEquity = route({
  method: 'GET',
  path: '/reports/waitlist-equity/csv',
  summary: 'The same as a table for spreadsheets',
  query,
  streams: 'text/csv',
  policy,
  audit: { read: 'report:export', entity: 'waitlist-equity' },
  handler: async (context, input) => {
    const read = await readReport(context, input.query.month);
    return new RouteAnswer(csvOf(read.report), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="waitlist-equity-${read.month}.csv"`,
      },
    });
  },
});

function csvOf({ groups, totals }: EquityReport): string {
  const masked = `under ${smallest} or masked`;
  return csvTable([
    ['dimension', 'group', ...columns, 'flag'],
    ...groups.map((row) => [
      row.dimension,
      row.group,
      ...columns.map((column) => row[column] ?? (column === 'medianDaysGained' ? null : masked)),
      row.askedTooLittle === null ? 'too small to say' : row.askedTooLittle ? 'under 80 % of the best' : '',
    ]),
    ['all', '', totals.entries ?? masked, totals.offers ?? masked, totals.accepted ?? masked, null, null, null, ''],
    ...equityNotOnRecord.map((dimension) => [dimension, 'not on record yet', ...columns.map(() => null), '']),
  ]);
}

/**
 * One whole month of the clinic's first place, and only when it is over: two reports over days that overlap could be set
 * side by side to tell what each masks.
 */
async function readReport(
  context: RequestContext,
  asked: string | undefined,
): Promise<{ month: string; latestMonth: string; timeZone: string; report: EquityReport }> {
  const { organizationId } = context;
  return context.read(async (trx) => {
    const place = await trx('location').where({ organization_id: organizationId }).orderBy(['created_at', 'id']).first<{ time_zone: string } | undefined>('time_zone'); // prettier-ignore
    const timeZone = place?.time_zone ?? 'UTC';
    const today = localDateOf((await databaseTime(trx)).getTime(), timeZone);
    const latestMonth = addDays(`${today.slice(0, 7)}-01`, -1).slice(0, 7);
    const chosen = asked ?? latestMonth;
    context.concerns({ detail: { month: chosen } });
    if (chosen > latestMonth)
      throw new DomainError('validation-failed', {
        errors: [{ path: '/query/month', code: 'not-over', message: `The month is not over. The latest is ${latestMonth}.` }],
      }); // prettier-ignore
    const first = `${chosen}-01`;
    const next = `${addDays(first, 32).slice(0, 7)}-01`;
    const from = new Date(startOfLocalDate(first, timeZone));
    const to = new Date(startOfLocalDate(next, timeZone));
    return { month: chosen, latestMonth, timeZone, report: await waitlistEquity(trx, { organizationId, from, to }) };
  });
}
