/** What is read of the waitlist: wishes in pages, the place in the line, the board, one opening's story, the equity report. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkInvariants } from '../../db/invariants.ts';
import { openingBoard, openingStory, type BoardItem } from '../../db/waitlist/waitlist-board.ts';
import { applyEntryAction } from '../../db/waitlist/waitlist-entries.ts';
import { readEntryRow, toEntryView } from '../../db/waitlist/waitlist-entry-view.ts';
import { countEquity, waitlistEquity } from '../../db/waitlist/waitlist-equity.ts';
import {
  countAhead,
  findOffer,
  listEntries,
  liveOffersOf,
  offersOfEntry,
  positionBandOf,
  type EntryQuery,
  type PositionedEntry,
} from '../../db/waitlist/waitlist-lists.ts';
import { equityReport, type EquityCounts } from '../../domain/waitlist/waitlist-equity.ts';
import { tierOf, urgencies, wholeDays, type Urgency } from '../../domain/waitlist/waitlist.ts';
import { DAY } from '../../domain/calendar/zone.ts';
import { createClinic, patientActor, staffActor, type Clinic } from '../support/clinic-fixture.ts';
import { waitlistOf, type Waitlist } from '../support/waitlist.ts';

let clinic: Clinic;
let list: Waitlist;
beforeAll(async () => {
  clinic = await createClinic({ patients: 1 });
});
afterAll(async () => {
  const violations = await clinic.read(checkInvariants);
  await clinic.stop();
  expect(violations).toEqual([]);
});

// Each test has a visit type of its own, and a Wednesday: 13:00Z is 09:00 at the place.
let week = 0;
let now = 0;
let visitTypeId = '';
const later = (days: number, hours = 0): string => new Date(now + days * DAY + hours * 3_600_000).toISOString();
beforeEach(async () => {
  week += 1;
  now = Date.UTC(2027, 4, 26 + 7 * week, 13);
  clinic.clock.set(later(0));
  visitTypeId = await clinic.addVisitType({});
  list = waitlistOf({ ...clinic, visitTypeId });
});

/** Cancels a visit of somebody else. @returns the opening */
async function free(days: number, hours = 0, patientId?: string): Promise<string> {
  const command = { start: later(days, hours), visitTypeId, patientId: patientId ?? (await clinic.addPatient()) };
  const { appointment } = await clinic.open(command);
  return (await clinic.act(appointment.id, 'cancel', { reason: 'ill' })).openings![0]!;
}

const act = (entryId: string, action: 'pause' | 'withdraw') =>
  applyEntryAction(clinic.ports, {
    organizationId: clinic.organizationId,
    entryId,
    request: {
      action,
      input: {},
      actor: staffActor,
      operation: { key: `wait:${entryId}/${action}`, inputHash: action },
    },
  });

describe('entries', () => {
  const page = (query: Partial<EntryQuery>): Promise<PositionedEntry[]> =>
    clinic.read((trx) => listEntries(trx, { organizationId: clinic.organizationId, visitTypeId, limit: 50, ...query }));
  const ids = async (query: Partial<EntryQuery>): Promise<string[]> => (await page(query)).map((entry) => entry.id);

  it('come in pages, who waits longest first, filtered by state and visit type', async () => {
    const joined: string[] = [];
    for (let k = 0; k < 5; k += 1) {
      // Two at the same instant: the id decides.
      clinic.clock.set(later(Math.floor(k / 2)));
      joined.push(await list.join(await clinic.addPatient()));
    }
    const all = await ids({});
    expect(all.toSorted()).toEqual(joined.toSorted());
    expect(all[4]).toBe(joined[4]);
    const seen: string[] = [];
    let after: EntryQuery['after'];
    for (;;) {
      const rows = await page({ limit: 2, after });
      const shown = rows.slice(0, 2);
      seen.push(...shown.map((row) => row.id));
      if (rows.length <= 2) break;
      after = { at: shown.at(-1)!.position, id: shown.at(-1)!.id };
    }
    expect(seen).toEqual(all);
    await act(all[0]!, 'pause');
    await act(all[1]!, 'withdraw');
    expect(await ids({ state: 'waiting' })).toEqual([all[0], ...all.slice(2)]);
    expect(await ids({ state: 'paused' })).toEqual([all[0]]);
    expect(await ids({ state: 'withdrawn' })).toEqual([all[1]]);
    expect(await ids({ visitTypeId: await clinic.addVisitType({}) })).toEqual([]);
    expect(await clinic.read((trx) => listEntries(trx, { organizationId: clinic.providers[0]!, limit: 9 }))).toEqual(
      [],
    );
  });

  it('of one patient come latest first', async () => {
    const patientId = await clinic.addPatient();
    const first = await list.join(patientId);
    await act(first, 'withdraw');
    clinic.clock.set(later(1));
    const second = await list.join(patientId);
    expect(await ids({ patientId })).toEqual([second, first]);
  });
});

describe('the place in the line', () => {
  const bandOf = (id: string): Promise<string | null> =>
    clinic.read(async (trx) => positionBandOf(trx, toEntryView(await readEntryRow(trx, id)), await clinic.clock.now()));

  it('is a band: the first three are next, ten are near; who rests does not stand in the way', async () => {
    const line: string[] = [];
    for (let k = 0; k < 12; k += 1) {
      clinic.clock.set(later(0, k));
      line.push(await list.join(await clinic.addPatient()));
    }
    const bands = await Promise.all(line.map(bandOf));
    expect(bands).toEqual([...Array(3).fill('next'), ...Array(7).fill('near'), 'later', 'later']);
    await act(line[0]!, 'pause');
    await act(line[1]!, 'withdraw');
    expect([await bandOf(line[4]!), await bandOf(line[11]!), await bandOf(line[1]!)]).toEqual(['next', 'near', null]);
  });

  it('follows the tiers of the domain, whatever the urgency and the wait', async () => {
    // Around the days on which a tier changes, to the hour.
    const wait = fc.oneof(fc.integer({ min: 333, max: 339 }), fc.integer({ min: 2157, max: 2163 }), fc.nat(2700));
    const sample = fc.array(fc.record({ urgency: fc.constantFrom(...urgencies), hours: wait }), {
      minLength: 5,
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(sample, async (people) => {
        visitTypeId = await clinic.addVisitType({});
        list = waitlistOf({ ...clinic, visitTypeId });
        const waiting: { id: string; tier: number; joinedAt: number }[] = [];
        for (const { urgency, hours } of people) {
          clinic.clock.set(later(0, -hours));
          const id = await list.join(await clinic.addPatient(), { urgency });
          const daysWaiting = wholeDays(hours * 3_600_000);
          waiting.push({ id, tier: tierOf({ urgency: urgency as Urgency, daysWaiting }), joinedAt: -hours });
        }
        clinic.clock.set(later(0));
        const line = waiting.toSorted((a, b) => b.tier - a.tier || a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1));
        const ahead = await clinic.read(async (trx) => {
          const counts: number[] = [];
          for (const { id } of line)
            counts.push(await countAhead(trx, toEntryView(await readEntryRow(trx, id)), new Date(later(0)), 99));
          return counts;
        });
        expect(ahead).toEqual(line.map((_, k) => k));
      }),
      { numRuns: 12 },
    );
  });
});

describe('offers', () => {
  it('of a patient are those that can still be answered; of an entry all there were', async () => {
    const patientId = await clinic.addPatient();
    const entryId = await list.join(patientId);
    const openingId = await free(5);
    const [offer] = (await list.advance(openingId)).offers;
    const live = () => clinic.read(async (trx) => liveOffersOf(trx, patientId, await clinic.clock.now()));
    expect(await live()).toMatchObject([
      {
        offer: { id: offer!.id, openingId, state: 'offered' },
        opening: { id: openingId, start: later(5) },
        currentAppointmentId: null,
      },
    ]);
    // At its expiry it is over, though nobody has said so yet.
    clinic.clock.set(offer!.expiresAt);
    expect(await live()).toEqual([]);
    await list.advance(openingId);
    const record = { offer: { id: offer!.id, state: 'expired', answeredAt: offer!.expiresAt, answeredVia: 'system' } };
    expect(await clinic.read((trx) => offersOfEntry(trx, entryId))).toMatchObject([record]);
    expect(await clinic.read((trx) => findOffer(trx, offer!.id))).toMatchObject(record);
    expect(await clinic.read((trx) => findOffer(trx, openingId))).toBeNull();
  });
});

describe('the board', () => {
  const board = (state: 'live' | 'ended' | 'all', extra = {}): Promise<BoardItem[]> =>
    clinic.read((trx) => openingBoard(trx, { organizationId: clinic.organizationId, state, limit: 50, ...extra }));
  const own = async (...parameters: Parameters<typeof board>): Promise<BoardItem[]> =>
    (await board(...parameters)).filter(({ opening }) => opening.visitTypeIds[0] === visitTypeId);

  it('shows live ones by their start, with who is asked now; the others when they are over', async () => {
    const patientId = await clinic.addPatient();
    await list.join(patientId);
    const [far, near] = [await free(6), await free(5)];
    const [offer] = (await list.advance(near)).offers;
    expect(await own('live')).toMatchObject([
      { opening: { id: near, state: 'offering' }, offers: [{ id: offer!.id, patientId, openingId: near }], asked: 1 },
      { opening: { id: far, state: 'open' }, offers: [], asked: 0 },
    ]);
    const [first, second] = await board('live', { limit: 1 });
    expect(second?.opening.id).toBe(far);
    const after = { at: first!.position, id: first!.opening.id };
    expect((await own('live', { after })).map(({ opening }) => opening.id)).toEqual([far]);
    expect(await board('live', { locationId: clinic.rooms[0] })).toEqual([]);
    await list.act(near, 'decline', { offerId: offer!.id }, patientActor(patientId));
    await list.advance(near);
    await list.act(far, 'close', { reason: 'not needed' });
    expect(await own('live')).toEqual([]);
    expect((await own('ended')).map(({ opening }) => opening.state).toSorted()).toEqual(['closed', 'released']);
    expect((await own('all')).map(({ opening }) => opening.id)).toEqual([far, near]);
  });
});

describe('the story of one opening', () => {
  it('tells who was asked and why, what they said, and the chain behind it', async () => {
    const [first, second, resting] = [await clinic.addPatient(), await clinic.addPatient(), await clinic.addPatient()];
    const visit = await clinic.open({ start: later(19), visitTypeId, patientId: second });
    const firstEntry = await list.join(first, { urgency: 'soon' });
    const secondEntry = await list.join(second, { currentAppointmentId: visit.appointment.id });
    const restingEntry = await list.join(resting, { latest: later(1).slice(0, 10) });
    const openingId = await free(5);
    const [asked] = (await list.advance(openingId)).offers;
    await list.act(openingId, 'decline', { offerId: asked!.id, reason: 'no time' }, patientActor(first));
    const [taken] = (await list.advance(openingId)).offers;
    const done = await list.act(openingId, 'accept', { offerId: taken!.id }, patientActor(second));
    const story = await clinic.read((trx) => openingStory(trx, openingId));
    expect(story).toMatchObject({
      opening: { id: openingId, state: 'filled', filledAppointmentId: visit.appointment.id },
      offers: [],
      asked: 2,
      history: [
        { entryId: firstEntry, state: 'declined', declineReason: 'no time' },
        { entryId: secondEntry, state: 'accepted' },
      ],
      considered: 3,
    });
    const ranking = new Map(story!.ranking.map((row) => [row.entryId, row]));
    expect(ranking.get(secondEntry)).toMatchObject({
      rank: expect.any(Number),
      eligible: true,
      factors: { urgency: 'routine', daysGained: 14 },
    });
    expect(ranking.get(firstEntry)).toMatchObject({ rank: null, eligible: false, reasons: ['asked-already'] });
    expect(ranking.get(restingEntry)?.reasons).toContain('too-late');
    const [child] = done.openings!;
    expect(story!.chain).toMatchObject([{ id: child, relation: 'child', cascadeDepth: 1, start: later(19) }]);
    const below = await clinic.read((trx) => openingStory(trx, child!));
    expect(below!.chain).toMatchObject([{ id: openingId, relation: 'parent', cascadeDepth: 0 }]);
    const events = story!.timeline.map((row) => row.event);
    const told = ['open', 'offer:offer', 'offer:decline', 'offer:offer', 'offer:accept'];
    expect(events.filter((event) => told.includes(event))).toEqual(told);
    expect(story!.timeline.some((row) => row.source === 'message' && row.event === 'waitlist-offer')).toBe(true);
    const limited = await clinic.read((trx) => openingStory(trx, openingId, { rankingLimit: 1 }));
    expect(limited).toMatchObject({ ranking: [{ entryId: secondEntry }], considered: 3 });
    expect(await clinic.read((trx) => openingStory(trx, firstEntry))).toBeNull();
  });
});

describe('the equity report', () => {
  const counts = (group: string, columns: Partial<EquityCounts>): EquityCounts => ({
    dimension: 'language',
    group,
    entries: 20,
    entryDays: 200,
    offers: 40,
    accepted: 12,
    sooner: 12,
    medianDaysGained: 9,
    ...columns,
  });

  it('masks what is under eleven, and flags who is asked under four fifths of the best', () => {
    const { groups, totals } = equityReport([
      counts('en', {}),
      counts('es', { offers: 32 }),
      counts('fr', { offers: 31, accepted: 10 }),
      counts('ht', { offers: 5, accepted: 1 }),
      counts('vi', { entries: 10, offers: 99, entryDays: 10 }),
      counts('zz', { dimension: 'channel', offers: 11 }),
      counts('all', { dimension: 'age', entries: 90, offers: 207, accepted: 47 }),
    ]);
    const row = (group: string) => groups.find((one) => one.group === group);
    // Exactly four fifths is enough.
    expect(row('es')).toMatchObject({ offers: 32, offersPerEntryDay: 0.16, askedTooLittle: false });
    // Its ten accepted are masked, and no rate tells them.
    expect(row('fr')).toMatchObject({ offers: 31, accepted: null, acceptance: null, medianDaysGained: null, askedTooLittle: true }); // prettier-ignore
    expect(row('ht')).toMatchObject({ offers: null, offersPerEntryDay: null, acceptance: null, askedTooLittle: true });
    // Too small a group is masked whole, and neither flagged nor the measure of others.
    expect(row('vi')).toMatchObject({ entries: null, offers: null, accepted: null, offersPerEntryDay: null, askedTooLittle: null }); // prettier-ignore
    // One of the others is hidden with it, or its entries would be the total less the rest.
    expect(groups.filter((one) => one.dimension === 'language' && one.entries === null)).toHaveLength(2);
    expect(row('zz')).toMatchObject({ askedTooLittle: false });
    expect(totals).toEqual({ entries: 90, offers: 207, accepted: 47 });
  });

  it('counts days that could be asked, offers and answers, by age, language and channel', async () => {
    const other = await createClinic({ patients: 0 });
    try {
      const of = waitlistOf(other);
      const shared = { organizationId: other.organizationId };
      const end = (entryId: string, action: 'pause' | 'withdraw') =>
        applyEntryAction(other.ports, {
          ...shared,
          entryId,
          request: { action, input: {}, actor: staffActor, operation: { key: entryId, inputHash: action } },
        });
      const entries: string[] = [];
      other.clock.set(later(-1));
      for (let k = 0; k < 11; k += 1) {
        const patientId = await other.addPatient({
          language: k === 0 ? 'es-MX' : 'en',
          birth_date: k < 2 ? '1950' : null,
          ...(k === 3 && { email: null }),
        });
        const visit = k === 9 && (await other.open({ start: later(19), patientId })).appointment.id;
        const wish = k === 9 && visit !== false ? { currentAppointmentId: visit, urgency: 'soon' as const } : {};
        entries.push(await of.join(patientId, k === 2 ? { urgency: 'urgent' } : wish));
      }
      other.clock.set(later(1));
      const filler = await other.open({ start: later(5), patientId: await other.addPatient() });
      const [openingId] = (await other.act(filler.appointment.id, 'cancel', { reason: 'ill' })).openings!;
      for (const action of ['decline', 'accept'] as const) {
        const [offer] = (await of.advance(openingId!)).offers;
        await of.act(openingId!, action, { offerId: offer!.id }, patientActor(offer!.patientId));
      }
      other.clock.set(later(2));
      await end(entries[5]!, 'pause');
      await end(entries[6]!, 'withdraw');
      const query = { ...shared, from: new Date(later(0)), to: new Date(later(4)) };
      const found = await other.read((trx) => countEquity(trx, query));
      const row = (dimension: string, group: string) => {
        const {
          entries: n,
          entryDays,
          offers,
          accepted,
          medianDaysGained,
        } = found.find((one) => one.dimension === dimension && one.group === group)!;
        return [n, Math.round(entryDays * 1000) / 1000, offers, accepted, medianDaysGained];
      };
      // Four days each; the paused and the withdrawn two, the promoted one.
      expect(row('language', 'en')).toEqual([10, 7 * 4 + 2 + 2 + 1, 2, 1, 14]);
      expect(row('language', 'es')).toEqual([1, 4, 0, 0, null]);
      expect(row('age', '65+')).toEqual([2, 8, 0, 0, null]);
      expect(row('age', 'unknown')).toEqual([9, 6 * 4 + 2 + 2 + 1, 2, 1, 14]);
      expect(row('channel', 'call')).toEqual([1, 4, 0, 0, null]);
      expect(row('channel', 'email')).toEqual([10, 7 * 4 + 2 + 2 + 1, 2, 1, 14]);
      expect(found).toHaveLength(6);
      // What leaves names nobody: every group here is too small.
      const report = await other.read((trx) => waitlistEquity(trx, query));
      expect(
        report.groups.map((group) => [group.entries, group.offers, group.offersPerEntryDay, group.askedTooLittle]),
      ).toEqual(found.map(() => [null, null, null, null]));
      // Eleven wait, which may be said; what became of them may not.
      expect(report.totals).toEqual({ entries: 11, offers: null, accepted: null });
      const before = { ...shared, from: new Date(later(-9)), to: new Date(later(-1)) };
      expect(await other.read((trx) => countEquity(trx, before))).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});
