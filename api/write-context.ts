import { databaseTime } from '../db/clock.ts';
import type { Trx } from '../db/connection.ts';
import type { WriteContext } from '../db/schedule/schedule-administration.ts';
import type { RequestContext } from './context.ts';

/** Who writes, in which organization, at which database time, under which operation key. */
export async function writeContext(context: RequestContext, trx: Trx): Promise<WriteContext> {
  return {
    organizationId: context.organizationId,
    actor: context.actor,
    at: await databaseTime(trx),
    opKey: context.operation.key,
  };
}
