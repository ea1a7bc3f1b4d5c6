/** Wishes, freed times and offers as the API shows them: the rows with the names of who and what they are about. */
import type { Trx } from '../../db/connection.ts';
import type { OfferRecord, OwnOfferRecord } from '../../db/waitlist/waitlist-lists.ts';
import { localOf, parseInstant } from '../../domain/calendar/calendar.ts';
import { formatName } from '../../domain/patient/patient.ts';
import type { OpeningView } from '../../workflows/messages/opening.ts';
import type { WaitlistEntryView } from '../../workflows/messages/waitlist-entry.ts';
import type { RequestContext } from '../context.ts';
import { languagesOf, localized } from '../localized.ts';
import type { Offer, Opening, OwnOffer, WaitlistEntry } from './waitlist-schemas.ts';

interface Wanted {
  readonly patients?: readonly string[] | undefined;
  readonly visitTypes?: readonly string[] | undefined;
  readonly practitioners?: readonly (string | null)[] | undefined;
  readonly locations?: readonly (string | null)[] | undefined;
}

export interface Names {
  readonly patient: (id: string) => { id: string; name: string; mrn: string };
  readonly visitTypes: (ids: readonly string[]) => { id: string; code: string; name: string }[];
  readonly practitioners: (ids: readonly string[]) => { id: string; name: string }[];
  readonly locations: (ids: readonly string[]) => { id: string; name: string; timeZone: string }[];
}

interface NameRows {
  patients: { id: string; mrn: string; family: string | null; given: string[]; chosenName: string | null }[] | null;
  visit_types: { id: string; code: string; name: Record<string, string> }[] | null;
  practitioners: { id: string; name: string }[] | null;
  locations: { id: string; name: string; timeZone: string }[] | null;
}

/** One statement for any number of rows. */
export async function namesOf(context: RequestContext, trx: Trx, wanted: Wanted): Promise<Names> {
  const unique = (ids: readonly (string | null)[] | undefined) => [...new Set(ids ?? [])].filter((id) => id !== null);
  const { rows } = await trx.raw<{ rows: NameRows[] }>(
    `SELECT
       (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'mrn', p.mrn, 'family', p.family, 'given', p.given, 'chosenName', p.chosen_name)) FROM patient p WHERE p.id = ANY(CAST(:patients AS uuid[]))) AS patients,
       (SELECT jsonb_agg(jsonb_build_object('id', v.id, 'code', v.code, 'name', v.name)) FROM visit_type v WHERE v.id = ANY(CAST(:visitTypes AS uuid[]))) AS visit_types,
       (SELECT jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name)) FROM resource r WHERE r.id = ANY(CAST(:practitioners AS uuid[]))) AS practitioners,
       (SELECT jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'timeZone', l.time_zone)) FROM location l WHERE l.id = ANY(CAST(:locations AS uuid[]))) AS locations`,
    {
      patients: unique(wanted.patients),
      visitTypes: unique(wanted.visitTypes),
      practitioners: unique(wanted.practitioners),
      locations: unique(wanted.locations),
    },
  );
  const found = rows[0]!;
  const byId = <T extends { readonly id: string }>(list: readonly T[] | null) =>
    new Map((list ?? []).map((one) => [one.id, one]));
  const patients = byId(found.patients);
  const languages = languagesOf(context);
  const visitTypes = byId(
    (found.visit_types ?? []).map(({ id, code, name }) => ({ id, code, name: localized(name, languages) })),
  );
  const practitioners = byId(found.practitioners);
  const locations = byId(found.locations);
  const pick =
    <T>(map: ReadonlyMap<string, T>) =>
    (ids: readonly string[]) =>
      ids.flatMap((id) => map.get(id) ?? []);
  return {
    patient: (id) => {
      const one = patients.get(id);
      return { id, name: one === undefined ? '' : formatName(one, one.chosenName), mrn: one?.mrn ?? '' };
    },
    visitTypes: pick(visitTypes),
    practitioners: pick(practitioners),
    locations: pick(locations),
  };
}

export async function representEntries(
  context: RequestContext,
  trx: Trx,
  views: readonly WaitlistEntryView[],
): Promise<WaitlistEntry[]> {
  if (views.length === 0) return [];
  const names = await namesOf(context, trx, {
    patients: views.map((view) => view.patientId),
    visitTypes: views.flatMap((view) => view.visitTypeIds),
    practitioners: views.flatMap((view) => view.providerIds ?? []),
    locations: views.flatMap((view) => view.locationIds),
  });
  return views.map((view) => ({
    ...view,
    visitTypeIds: [...view.visitTypeIds],
    providerIds: view.providerIds === null ? null : [...view.providerIds],
    locationIds: [...view.locationIds],
    modes: [...view.modes],
    days: [...view.days],
    patient: names.patient(view.patientId),
    visitTypes: names.visitTypes(view.visitTypeIds),
    practitioners: names.practitioners(view.providerIds ?? []),
    locations: names.locations(view.locationIds),
  }));
}

export async function representEntry(
  context: RequestContext,
  trx: Trx,
  view: WaitlistEntryView,
): Promise<WaitlistEntry> {
  const [shown] = await representEntries(context, trx, [view]);
  return shown!;
}

export const openingNames = (openings: readonly OpeningView[]): Wanted => ({
  visitTypes: openings.flatMap((view) => view.visitTypeIds),
  practitioners: openings.map((view) => view.practitionerId),
  locations: openings.map((view) => view.locationId),
});

export async function representOpening(context: RequestContext, trx: Trx, view: OpeningView): Promise<Opening> {
  return toOpening(view, await namesOf(context, trx, openingNames([view])));
}

export function toOpening(view: OpeningView, names: Names): Opening {
  return {
    ...view,
    mode: view.mode as Opening['mode'],
    visitTypeIds: [...view.visitTypeIds],
    localStart: localOf(parseInstant(view.start)!, view.timeZone),
    practitioner: view.practitionerId === null ? null : (names.practitioners([view.practitionerId])[0] ?? null),
    location: view.locationId === null ? null : (names.locations([view.locationId])[0] ?? null),
    visitTypes: names.visitTypes(view.visitTypeIds),
  };
}

export const toOffer = (record: OfferRecord, names: Names): Offer => ({
  ...record,
  patient: names.patient(record.patientId),
});

/** Also what a link opened, which knows less of the row. */
type ShownOffer = Omit<OwnOfferRecord, 'offer'> & {
  readonly offer: Pick<OfferRecord, 'id' | 'entryId' | 'state' | 'offeredAt' | 'expiresAt' | 'extended'>;
};

export async function representOwnOffers(
  context: RequestContext,
  trx: Trx,
  records: readonly ShownOffer[],
): Promise<OwnOffer[]> {
  if (records.length === 0) return [];
  const names = await namesOf(context, trx, openingNames(records.map(({ opening }) => opening)));
  return records.map(({ offer, opening, currentAppointmentId }) => {
    const { start, end, timeZone, localStart, mode, practitioner, location, visitTypes } = toOpening(opening, names);
    const { id, entryId, state, offeredAt, expiresAt, extended } = offer;
    return {
      id,
      openingId: opening.id,
      entryId,
      state,
      offeredAt,
      expiresAt,
      extended,
      start,
      end,
      timeZone,
      localStart,
      mode,
      practitioner,
      location,
      visitTypes,
      currentAppointmentId,
    };
  });
}
