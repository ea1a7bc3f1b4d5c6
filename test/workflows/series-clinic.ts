/** What tests do with a recurring series, on whichever clinic. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSeries, type SeriesView } from '../../db/series/series-view.ts';
import { withOrganization } from '../../db/transaction.ts';
import type { SeriesRule } from '../../domain/schedule/series.ts';
import { seriesOperationKey } from '../../workflows/messages/series.ts';
import type { SeriesChange, SeriesCommand } from '../../workflows/messages/series.ts';
import type { Db } from '../../db/connection.ts';
import type { TestClinic } from './clinic.ts';
import { staff, timeZone } from './seed.ts';

export type Given = Omit<Partial<SeriesCommand>, 'rule'> & { readonly rule: Partial<SeriesRule> };
export const stepsOf = (shown: SeriesView) =>
  shown.occurrences.map(({ steps }) => steps.map(({ kind, outcome, code }) => `${kind} ${code ?? outcome}`).join(', '));

type Somewhere = Pick<
  TestClinic,
  'patientId' | 'visitTypeId' | 'practitionerId' | 'locationId' | 'organizationId' | 'gateway'
> & { readonly db: Db };

export function seriesOn(at: () => Somewhere) {
  const commandOf = ({ rule, ...given }: Given): SeriesCommand => ({
    patientId: at().patientId,
    visitTypeId: at().visitTypeId,
    practitionerId: at().practitionerId,
    locationId: at().locationId,
    visitMode: 'in-person',
    mode: 'skip-conflicts',
    choices: [],
    ...given,
    rule: { frequency: 'weekly', interval: 1, byDay: [], count: 3, until: null, startLocal: '', timeZone, ...rule },
  });
  const begin = (given: Given, id = randomUUID(), actor = staff) =>
    at()
      .gateway.bookSeries({
        organizationId: at().organizationId,
        seriesId: id,
        operation: { key: seriesOperationKey(id, 'start'), inputHash: 'hash' },
        command: commandOf(given),
        actor,
      })
      .then((outcome) => ({ id, outcome }));
  const change = (id: string, asked: Omit<SeriesChange, 'actor'>, key = randomUUID()) =>
    at().gateway.changeSeries(id, {
      action: 'change',
      change: { ...asked, actor: staff },
      operation: { key: seriesOperationKey(id, key), inputHash: 'hash' },
    });
  const view = async (id: string): Promise<SeriesView> =>
    (await withOrganization(at().db, at().organizationId, (trx) => readSeries(trx, id)))!;
  /** Its steps are taken in real time: only the clock is skipped. */
  async function reached(id: string, ...states: string[]): Promise<SeriesView> {
    for (let tries = 0; tries < 600; tries += 1) {
      const shown = await view(id);
      if (states.includes(shown.state)) return shown;
      await sleep(50);
    }
    throw new Error(`the series stays ${(await view(id)).state}`);
  }
  return { begin, change, view, reached };
}
