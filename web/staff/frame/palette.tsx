/** Ctrl+K: pages, acts and patients by typing. Loaded when it is used for the first time. */
import '@mantine/spotlight/styles.layer.css';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, createSpotlight } from '@mantine/spotlight';
import { IconCalendarCheck, IconSearch, IconUser } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dayQuery, patientsQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { plainDay, timeOf } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { nameOf } from '../parts/patient-name.ts';
import { administration, work } from './navigation.tsx';

const [store, spotlight] = createSpotlight();
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function Palette() {
  const { t, i18n } = useTranslation();
  const { can, location, zone } = useWorkplace();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 150);
  const mayFind = can('patient:read');
  const found = useQuery({
    ...patientsQuery(asked, 6),
    enabled: mayFind && asked.length >= 2,
    placeholderData: keepPreviousData,
  });
  const today = useToday(zone);
  const mayArrive = can('appointment:check-in');
  const day = useQuery({
    ...dayQuery(today, location?.id ?? ''),
    enabled: mayArrive && location !== undefined,
  });
  useEffect(() => {
    spotlight.open();
    const open = (): void => spotlight.open();
    window.addEventListener('hs:palette', open);
    return () => window.removeEventListener('hs:palette', open);
  }, []);

  const wanted = typed.trim().toLowerCase();
  const fits = (label: string): boolean => wanted === '' || label.toLowerCase().includes(wanted);
  const places = [...work, ...administration].filter((place) => can(place.needs) && fits(t(`nav.${place.word}`)));
  const expected = (day.data?.items ?? [])
    .filter(
      (visit) =>
        (visit.status === 'booked' || visit.status === 'arrived') && (wanted === '' ? false : fits(visit.patient.name)),
    )
    .slice(0, 5);
  // Never the answers to an earlier word: Enter would open the wrong person.
  const patients =
    asked.length >= 2 && asked === typed.trim() && !found.isPlaceholderData ? (found.data?.items ?? []) : [];

  return (
    <Spotlight.Root
      store={store}
      query={typed}
      onQueryChange={setTyped}
      shortcut={null}
      clearQueryOnClose
      attributes={{ content: { 'aria-label': t('palette.title') } }}
    >
      <Spotlight.Search
        placeholder={t('palette.hint')}
        aria-label={t('palette.hint')}
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      {/* The list scrolls; its inner props are not in the types, but are handed on. */}
      <Spotlight.ActionsList {...{ viewportProps: { tabIndex: 0 } }}>
        {expected.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.today')}>
            {expected.map((visit) => (
              <Spotlight.Action
                key={visit.id}
                label={t('palette.visit', {
                  name: visit.patient.name,
                  time: visit.start === null ? '' : timeOf(visit.start, zone, i18n.language),
                })}
                description={t(`state.${visit.status}`)}
                leftSection={<IconCalendarCheck size={18} aria-hidden />}
                onClick={() => void navigate({ to: '/today', search: { open: visit.id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {patients.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.patients')}>
            {patients.map((row) => (
              <Spotlight.Action
                key={row.id}
                label={nameOf(row)}
                description={[row.birthDate === null ? '' : plainDay(row.birthDate, i18n.language), row.mrn]
                  .filter(Boolean)
                  .join(' · ')}
                leftSection={<IconUser size={18} aria-hidden />}
                onClick={() => void navigate({ to: '/patients/$id', params: { id: row.id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {can('appointment:book') && patients.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.book')}>
            {patients.slice(0, 3).map((row) => (
              <Spotlight.Action
                key={row.id}
                label={t('palette.bookFor', { name: nameOf(row) })}
                leftSection={<IconCalendarCheck size={18} aria-hidden />}
                onClick={() => void navigate({ to: '/find', search: { patient: row.id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {uuid.test(typed.trim()) && (
          <Spotlight.Action
            label={t('palette.openCase')}
            onClick={() => void navigate({ to: '/cases/appointment/$id', params: { id: typed.trim() } })}
          />
        )}
        {places.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.pages')}>
            {places.map((place) => (
              <Spotlight.Action
                key={place.to}
                label={t(`nav.${place.word}`)}
                leftSection={<place.icon size={18} aria-hidden />}
                onClick={() => void navigate({ to: place.to })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {places.length + patients.length + expected.length === 0 && (
          <Spotlight.Empty>{t('palette.none')}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
