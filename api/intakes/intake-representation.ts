/** Intakes as the API shows them: the rows with the names of who and what they are about, in the asked language. */
import type { Trx } from '../../db/connection.ts';
import type { ListedIntake } from '../../db/intakes/intake-lists.ts';
import { definitionOf } from '../../db/intakes/intake-questions.ts';
import { toIntakeView, visitStartOf, type LoadedIntake } from '../../db/intakes/intake-view.ts';
import { crisisHelp } from '../../domain/intake/crisis-help.ts';
import { answeringStates, intakeSteps, type IntakeStep } from '../../domain/intake/intake.ts';
import { checkAnswers } from '../../domain/questionnaire/questionnaire-check.ts';
import { mostUrgentFirst } from '../../domain/intake/red-flags.ts';
import type { RequestContext } from '../context.ts';
import type { Intake, IntakeProgress } from './intake-schemas.ts';
import { namesOf } from '../waitlist/waitlist-representation.ts';

type Shown = NonNullable<Intake['visit']>;
const shownVisit = ({ id, start, timeZone }: NonNullable<LoadedIntake['visit']>): Shown => ({
  id,
  start: start?.toISOString() ?? null,
  timeZone,
});
const visitsOf = ({ visit, alsoFor }: LoadedIntake): Pick<Intake, 'visit' | 'alsoFor'> => ({
  visit: visit === null ? null : shownVisit(visit),
  alsoFor: alsoFor.map(shownVisit),
});

const kindOf = ({ row }: LoadedIntake): Pick<Intake, 'minorConsent' | 'about'> => ({
  minorConsent: row.minor_consent_rule_id === null ? null : { confidential: row.confidential },
  about: row.about,
});

export async function representIntakes(
  context: RequestContext,
  trx: Trx,
  listed: readonly (LoadedIntake & Pick<ListedIntake, 'dueAt'>)[],
): Promise<Intake[]> {
  if (listed.length === 0) return [];
  const names = await namesOf(context, trx, { patients: listed.map(({ row }) => row.patient_id) });
  return listed.map((one) => {
    const view = toIntakeView(one);
    return {
      ...view,
      patient: names.patient(view.patientId),
      flags: [...view.flags],
      ...visitsOf(one),
      ...kindOf(one),
      dueAt: one.dueAt?.toISOString() ?? null,
    };
  });
}

export async function dueAtOf(trx: Trx, intakeId: string): Promise<Date | null> {
  const row = await trx('case_timer')
    .where({ aggregate: 'intake', aggregate_id: intakeId, state: 'pending' })
    .min<{ min: Date | null }[]>('due_at')
    .then((rows) => rows[0]);
  return row?.min ?? null;
}

/** Where help is called for: the country of the place, with its state where it is known; of the only place without one. */
export async function regionOf(trx: Trx, locationId: string | null): Promise<string | null> {
  const place = await trx('location')
    .modify((query) =>
      locationId === null ? query.where({ active: true }).orderBy('name') : query.where({ id: locationId }),
    )
    .first<{ address: { country?: string; state?: string } | null; time_zone: string } | undefined>(
      'address',
      'time_zone',
    );
  if (place === undefined) return null;
  const country = place.address?.country?.trim().toUpperCase() ?? '';
  if (/^[A-Z]{2}$/.test(country)) return country;
  // An address without a country: the zone says on which side of the ocean the house stands.
  return country === 'USA' ||
    /^(America\/(New_York|Chicago|Denver|Los_Angeles|Phoenix|Anchorage|Detroit|Boise)|America\/(Indiana|Kentucky|North_Dakota)\/.+|Pacific\/Honolulu)$/.test(
      place.time_zone,
    )
    ? 'US'
    : null;
}

/** What whoever answers sees: where it stands, what is next and by when, whose turn it is. */
export async function progressOf(
  _context: RequestContext,
  trx: Trx,
  loaded: LoadedIntake,
  language: string,
): Promise<IntakeProgress> {
  const { row, steps, progress, flags } = loaded;
  const view = toIntakeView(loaded);
  const isOpen = answeringStates.has(row.state);
  const missing = isOpen ? await missingOf(trx, loaded) : [];
  const clinic = await clinicOf(trx, row.location_id);
  const region = await regionOf(trx, row.location_id);
  return {
    id: row.id,
    state: row.state,
    language,
    step: isOpen ? view.step : null,
    percent: view.percent,
    steps: intakeSteps.map((step) => {
      const one = steps.find((stand) => stand.step === step);
      return {
        step,
        state: !progress.needed.has(step) && (one?.version ?? 0) === 0 ? 'not-needed' : (one?.state ?? 'open'),
        version: one?.version ?? 0,
        note: one?.note ?? null,
      };
    }),
    missing,
    expiresAt: view.expiresAt,
    ...visitsOf(loaded),
    ...kindOf(loaded),
    ...whoseTurn(loaded),
    crisis: helpFor(flags, language, region),
    insurance: row.insurance,
    clinic: { ...clinic, region },
  };
}

/** Two dangers at once are two helps: none hides the other (D3). */
export const helpFor = (rules: readonly string[], language: string, region: string | null): IntakeProgress['crisis'] =>
  mostUrgentFirst(rules).map((rule) => {
    const help = crisisHelp(rule, language, region);
    return { ...help, phones: [...help.phones] };
  });

function whoseTurn(loaded: LoadedIntake): Pick<IntakeProgress, 'waitingOn' | 'next'> {
  const { row } = loaded;
  switch (row.state) {
    case 'created':
    case 'invited':
    case 'in-progress':
      return { waitingOn: 'patient', next: { what: 'answer', by: row.expires_at.toISOString() } };
    case 'returned':
      return { waitingOn: 'patient', next: { what: 'answer-again', by: row.expires_at.toISOString() } };
    case 'submitted':
    case 'in-review':
      return { waitingOn: 'clinic', next: { what: 'review', by: row.review_due_at?.toISOString() ?? null } };
    case 'completed': {
      const start = visitStartOf(loaded);
      return { waitingOn: 'nobody', next: start === null ? null : { what: 'visit', by: start.toISOString() } };
    }
    case 'expired':
      return { waitingOn: 'nobody', next: { what: 'ask-clinic', by: row.reopen_until?.toISOString() ?? null } };
    case 'cancelled':
      return { waitingOn: 'nobody', next: null };
  }
}

/** Questions that still want an answer; of a step that was not said to be done, its first one at least. */
async function missingOf(trx: Trx, loaded: LoadedIntake): Promise<{ step: IntakeStep; linkId: string }[]> {
  const missing: { step: IntakeStep; linkId: string }[] = [];
  for (const step of loaded.progress.left) {
    const definition = await definitionOf(trx, loaded, step);
    const answers = loaded.steps.find((one) => one.step === step)?.answers ?? {};
    const found = checkAnswers(definition, answers, { complete: true }).filter(({ code }) => code === 'required');
    const linkIds = found.length > 0 ? found.map(({ linkId }) => linkId) : [definition.item[0]?.linkId ?? step];
    missing.push(...[...new Set(linkIds)].map((linkId) => ({ step, linkId })));
  }
  return missing;
}

async function clinicOf(trx: Trx, locationId: string | null): Promise<Omit<IntakeProgress['clinic'], 'region'>> {
  const house = await trx('organization').first<{ name: string }>('name');
  const place = await trx('location')
    .modify((query) =>
      locationId === null
        ? query.where({ active: true }).whereNotNull('phone').orderBy('name')
        : query.where({ id: locationId }),
    )
    .first<{ name: string; phone: string | null } | undefined>('name', 'phone');
  return { name: place?.name ?? house?.name ?? '', phone: place?.phone ?? null };
}
