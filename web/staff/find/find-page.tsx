/** Find a time: whom, what, who, where, when; then hold or book. The criteria live in the address. */
import { Button, CloseButton, Group, NativeSelect, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { book, caseQuery, patientQuery, visitTypesQuery } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { CriteriaFields, defaultDays } from './criteria.tsx';
import type { Criteria } from './criteria.tsx';
import { HoldPanel } from './hold-panel.tsx';
import { placeKey } from './place.ts';
import type { Place } from './place.ts';
import { Results } from './results.tsx';
import { TakePlace } from './take-place.tsx';
import type { Wish } from './take-place.tsx';
import { TypedTime } from './typed-time.tsx';
import { useWorkplace } from '../lib/session.ts';
import { addDays, dayOf, localDay, plainDay, timeOf } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Page } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { NewPatientForm } from '../parts/new-patient-form.tsx';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { StateBadge } from '../parts/states.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { SeriesLink } from '../series/series-link.tsx';

const route = getRouteApi('/frame/find');

export function FindPage() {
  const { t, i18n } = useTranslation();
  const { can, location, zone } = useWorkplace();
  const client = useQueryClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [place, setPlace] = useState<Place | null>(null);
  const [result, setResult] = useState<Appointment | null>(null);
  const [registering, setRegistering] = useState(false);
  const patient = useQuery({ ...patientQuery(search.patient ?? ''), enabled: search.patient !== undefined });
  const types = useQuery(visitTypesQuery(i18n.language));
  const type = types.data?.items.find((one) => one.id === search.type);

  // A hold that was made before the page was loaded again.
  const holding = useQuery({ ...caseQuery(search.hold ?? ''), enabled: search.hold !== undefined && result === null });
  const heldBefore = search.hold === undefined ? undefined : holding.data?.appointment;
  const shown = result ?? (heldBefore !== undefined && isHeld(heldBefore) ? heldBefore : null);

  const today = useToday(zone);
  const from = search.from !== undefined && search.from >= today ? search.from : today;
  const criteria: Criteria = {
    type: search.type ?? '',
    practitioner: search.practitioner ?? '',
    place: search.place ?? location?.id ?? '',
    from,
    to: search.to !== undefined && search.to >= from ? search.to : addDays(from, defaultDays),
    part: search.part ?? '',
  };
  const change = (next: Partial<Criteria>): void => {
    setPlace(null);
    void navigate({
      replace: true,
      search: (before) => {
        const all = { ...before, ...next };
        // "Anywhere" is a choice and must survive; an empty rest is no filter.
        return Object.fromEntries(Object.entries(all).filter(([key, value]) => value !== '' || key === 'place'));
      },
    });
  };
  const choosePatient = (id: string | undefined): void => {
    setResult(null);
    void navigate({ replace: true, search: (before) => ({ ...before, patient: id }) });
  };

  const chosen = search.patient === undefined ? undefined : patient.data?.answer;
  const modes = type?.modes ?? [];
  const mode = search.mode !== undefined && modes.includes(search.mode) ? search.mode : modes[0];
  const commit = (wish: Wish): Promise<Appointment> =>
    book({
      patientId: search.patient ?? '',
      visitTypeId: criteria.type,
      practitionerId: wish.place.practitionerId,
      start: wish.place.start,
      locationId: wish.place.locationId,
      mode,
      fold: wish.fold,
      hold: wish.hold ? true : undefined,
      overbookReason: wish.overbookReason,
      replacesId: search.replaces,
    });
  const keepHold = (hold: string | undefined): void =>
    void navigate({ replace: true, search: (all) => ({ ...all, hold }) });
  const done = (appointment: Appointment): void => {
    setPlace(null);
    setResult(appointment);
    keepHold(isHeld(appointment) ? appointment.id : undefined);
    for (const key of ['availability', 'appointments']) void client.invalidateQueries({ queryKey: [key] });
  };

  return (
    <Page title={t('nav.find')}>
      <Stack gap="sm">
        {chosen === undefined ? (
          <PatientPicker
            label={t('find.patient')}
            autoFocus
            onPick={(row) => choosePatient(row.id)}
            onNew={can('patient:create') ? () => setRegistering(true) : undefined}
          />
        ) : (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('find.patient')}
            </Text>
            <Text fw={600}>{nameOf(chosen)}</Text>
            <Text size="sm" className="hs-num">
              {chosen.birthDate === null ? t('patient.birthDateUnknown') : plainDay(chosen.birthDate, i18n.language)} ·{' '}
              {chosen.mrn}
            </Text>
            <CloseButton aria-label={t('find.otherPatient')} onClick={() => choosePatient(undefined)} />
          </Group>
        )}
        <CriteriaFields value={criteria} onChange={change}>
          {modes.length > 1 && (
            <NativeSelect
              label={t('find.mode')}
              value={mode ?? ''}
              onChange={(event) =>
                void navigate({
                  replace: true,
                  search: (before) => ({ ...before, mode: event.currentTarget.value as 'video' }),
                })
              }
              data={modes.map((one) => ({ value: one, label: t(`mode.${one}`) }))}
            />
          )}
        </CriteriaFields>
        {type?.needsApproval === true && <Text size="sm">{t('find.needsApproval')}</Text>}
        {search.replaces === undefined && <SeriesLink criteria={criteria} patient={search.patient} chosen={place} />}
      </Stack>

      {shown !== null && isHeld(shown) && (
        <HoldPanel
          held={shown}
          onChange={done}
          onReleased={() => {
            setResult(null);
            keepHold(undefined);
          }}
        />
      )}
      {shown !== null && !isHeld(shown) && <Booked visit={shown} onNext={() => choosePatient(undefined)} />}

      {place !== null && (
        <section className="hs-card" aria-label={t('find.chosen')}>
          <Title order={2} mb={4}>
            {t('find.chosen')}
          </Title>
          <TakePlace
            key={placeKey(place)}
            place={place}
            verb={chosen === undefined ? t('find.book') : t('find.bookFor', { name: nameOf(chosen) })}
            holdVerb={t('find.hold')}
            disabledReason={chosen === undefined ? t('find.patientFirst') : undefined}
            commit={commit}
            onDone={done}
            onPick={setPlace}
          />
        </section>
      )}

      {shown === null && <VisuallyHidden component="h2">{t('find.results')}</VisuallyHidden>}
      {shown === null && (
        <Results criteria={criteria} patientId={search.patient} picked={place} onPick={setPlace} onChange={change} />
      )}
      {shown === null && criteria.type !== '' && <TypedTime criteria={criteria} onPick={setPlace} />}

      <Dialog opened={registering} onClose={() => setRegistering(false)} title={t('patients.new')}>
        <NewPatientForm
          onDone={(id) => {
            setRegistering(false);
            choosePatient(id);
          }}
          onCancel={() => setRegistering(false)}
        />
      </Dialog>
    </Page>
  );
}

const isHeld = (visit: Appointment): boolean => visit.status === 'pending' && !visit.awaitingApproval;

/** Long enough for the second click of a slow hand, too short for a wish. */
const settleMs = 800;

function Booked({ visit, onNext }: { readonly visit: Appointment; readonly onNext: () => void }) {
  const { t, i18n } = useTranslation();
  const zone = visit.timeZone ?? 'UTC';
  const heading = useRef<HTMLHeadingElement>(null);
  const [since] = useState(() => Date.now());
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack
      gap="xs"
      className="hs-card"
      role="status"
      // The second half of a slow double click on "Book" must not clear what it brought.
      onClickCapture={(event) => {
        if (Date.now() - since >= settleMs) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <Group gap="xs">
        <StateBadge visit={visit} />
        <Text component="h2" ref={heading} tabIndex={-1} fw={600} m={0} className="hs-outcome">
          {t(visit.awaitingApproval ? 'find.awaits' : 'find.booked', {
            name: visit.patient.name,
            day: visit.start === null ? '' : dayOf(visit.start, zone, i18n.language),
            time: visit.start === null ? '' : timeOf(visit.start, zone, i18n.language),
            who: visit.practitioner?.name ?? '',
          })}
        </Text>
      </Group>
      <Text size="sm">
        {t(visit.start !== null && Date.parse(visit.start) <= since ? 'find.bookedBegun' : 'find.bookedNext')}
      </Text>
      <Group gap="md">
        <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.id }}>
          {t('find.openCase')}
        </LinkAnchor>
        {visit.start !== null && (
          <LinkAnchor to="/today" search={{ date: localDay(visit.start, zone), open: visit.id }}>
            {t('find.showDay')}
          </LinkAnchor>
        )}
        <Button variant="default" onClick={onNext}>
          {t('find.another')}
        </Button>
      </Group>
    </Stack>
  );
}
