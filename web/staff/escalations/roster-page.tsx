/** Who is on call: now, with the gaps shown, and in the next two weeks; and how each person is reached. */
import './escalations.css';
import { Alert, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onCallRoles, type OnCallRole } from '../../../domain/escalation.ts';
import { addShift, onCallNowQuery, onCallPeopleQuery, removeShift, setReach, shiftsQuery } from '../api/escalations.ts';
import type { Reach, Shift } from '../api/escalations.ts';
import { useWorkplace } from '../lib/session.ts';
import { DAY, addDays, dateTimeOf, startOfDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { SideDialog } from '../parts/dialog.tsx';
import { Answered, FormActions, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

export function RosterPage() {
  const { t } = useTranslation();
  const { can, zone } = useWorkplace();
  const today = useToday(zone);
  const [adding, setAdding] = useState<OnCallRole | null>(null);
  const from = new Date(startOfDay(today, zone)).toISOString();
  const until = new Date(startOfDay(addDays(today, 14), zone)).toISOString();
  const shifts = useQuery(shiftsQuery(from, until));
  return (
    <Page
      title={t('nav.onCall')}
      actions={
        can('on-call:manage') && <Button onClick={() => setAdding('on-call-clinician')}>{t('onCall.add')}</Button>
      }
    >
      <Text size="sm">{t('onCall.how')}</Text>
      <Now />
      <Title order={2}>{t('onCall.fortnight')}</Title>
      <Answered query={shifts}>
        {({ items }) => (
          <>
            {onCallRoles.map((role) => (
              <Role key={role} role={role} shifts={items.filter((one) => one.role === role)} from={from} until={until} />
            ))}
          </>
        )}
      </Answered>
      {can('on-call:manage') && <People />}
      <SideDialog opened={adding !== null} onClose={() => setAdding(null)} title={t('onCall.add')}>
        {adding !== null && <ShiftForm role={adding} close={() => setAdding(null)} />}
      </SideDialog>
    </Page>
  );
} // prettier-ignore

function Now() {
  const { t } = useTranslation();
  const { location } = useWorkplace();
  const now = useQuery(onCallNowQuery(location?.id ?? ''));
  return (
    <section aria-labelledby="on-call-now">
      <Title order={2} id="on-call-now">
        {t('onCall.now')}
      </Title>
      <Answered query={now} rows={4}>
        {({ roles }) => (
          <ul className="hs-plain-list hs-on-call-now">
            {roles.map(({ role, people }) => (
              <li key={role} className="hs-card" data-gap={people.length === 0 ? true : undefined}>
                <Text size="sm" className="hs-quiet">
                  {t(`onCallRole.${role}`)}
                </Text>
                {people.length === 0 ? (
                  <Text fw={600}>{t('onCall.nobody')}</Text>
                ) : (
                  people.map((one) => (
                    <div key={one.id}>
                      <Text fw={600}>{one.name}</Text>
                      {!one.telephone && (
                        <Text size="xs" className="hs-quiet">
                          {t('onCall.noTelephone')}
                        </Text>
                      )}
                    </div>
                  ))
                )}
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </section>
  );
}

/** Spans of [from, until) in which nobody is the primary anywhere. */
export function gapsOf(
  shifts: readonly Pick<Shift, 'from' | 'until'>[],
  from: string,
  until: string,
): { readonly from: string; readonly until: string }[] {
  const gaps: { from: string; until: string }[] = [];
  let covered = from;
  for (const one of shifts.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (one.from > covered) gaps.push({ from: covered, until: one.from });
    if (one.until > covered) covered = one.until;
  }
  if (covered < until) gaps.push({ from: covered, until });
  return gaps;
}

function Role(props: {
  readonly role: OnCallRole;
  readonly shifts: readonly Shift[];
  readonly from: string;
  readonly until: string;
}) {
  const { t, i18n } = useTranslation();
  const { can, zone, locations } = useWorkplace();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => removeShift(id),
    onSettled: () => client.invalidateQueries({ queryKey: ['on-call'] }),
  });
  const span = (one: { readonly from: string; readonly until: string }): string =>
    `${dateTimeOf(one.from, zone, i18n.language)} – ${dateTimeOf(one.until, zone, i18n.language)}`;
  const rows = [
    ...props.shifts.map((shift) => ({ shift, from: shift.from, until: shift.until })),
    ...gapsOf(props.shifts, props.from, props.until).map((gap) => ({ shift: null, ...gap })),
  ].toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return (
    <section aria-labelledby={`role-${props.role}`}>
      <Title order={3} id={`role-${props.role}`}>
        {t(`onCallRole.${props.role}`)}
      </Title>
      <ProblemAlert error={remove.error} />
      <ul className="hs-plain-list hs-escalation-lines">
        {rows.map(({ shift, ...when }) =>
          shift === null ? (
            <li key={when.from} className="hs-on-call-gap">
              <strong>{t('onCall.gap')}</strong> <span className="hs-quiet">{span(when)}</span>
            </li>
          ) : (
            <li key={shift.id}>
              <strong>{shift.person.name}</strong> <span className="hs-quiet">{span(when)}</span>
              {!shift.primary && <span className="hs-quiet"> · {t('onCall.backup')}</span>}
              {shift.locationId !== null && (
                <span className="hs-quiet"> · {locations.find((place) => place.id === shift.locationId)?.name}</span>
              )}
              {can('on-call:manage') && (
                <Button
                  variant="default"
                  size="compact-sm"
                  ml="xs"
                  loading={remove.isPending && remove.variables === shift.id}
                  onClick={() => remove.mutate(shift.id)}
                  aria-label={t('onCall.removeShift', { name: shift.person.name, when: span(when) })}
                >
                  {t('onCall.remove')}
                </Button>
              )}
            </li>
          ),
        )}
      </ul>
    </section>
  );
}

function ShiftForm({ role: first, close }: { readonly role: OnCallRole; readonly close: () => void }) {
  const { t } = useTranslation();
  const { zone, locations } = useWorkplace();
  const today = useToday(zone);
  const client = useQueryClient();
  const people = useQuery(onCallPeopleQuery);
  const [role, setRole] = useState<OnCallRole>(first);
  const [userId, setUserId] = useState('');
  const [place, setPlace] = useState('');
  const [day, setDay] = useState(today);
  const [time, setTime] = useState('08:00');
  const [hours, setHours] = useState('24');
  const [primary, setPrimary] = useState(true);
  const save = useMutation({
    mutationFn: () => {
      const [hour = 0, minute = 0] = time.split(':').map(Number);
      const from = startOfDay(day, zone, hour * 60 + minute);
      // Whole days end at the same time on the wall clock, whatever the clocks do at night.
      const days = Number(hours) / 24;
      const until = Number.isInteger(days)
        ? startOfDay(addDays(day, days), zone, hour * 60 + minute)
        : from + (Number(hours) / 24) * DAY;
      return addShift({
        role,
        userId,
        locationId: place === '' ? null : place,
        from: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
        primary,
      });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['on-call'] });
      close();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={save.error} />
        <NativeSelect
          label={t('onCall.role')}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as OnCallRole)}
          data={onCallRoles.map((value) => ({ value, label: t(`onCallRole.${value}`) }))}
        />
        <NativeSelect
          label={t('onCall.person')}
          value={userId}
          onChange={(event) => setUserId(event.currentTarget.value)}
          data={[
            { value: '', label: t('onCall.choosePerson') },
            ...(people.data?.items ?? []).map(({ person }) => ({ value: person.id, label: person.name })),
          ]}
        />
        {locations.length > 1 && (
          <NativeSelect
            label={t('onCall.place')}
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
            data={[
              { value: '', label: t('onCall.everyPlace') },
              ...locations.map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
        )}
        <Group gap="xs" align="end">
          <TextInput type="date" label={t('onCall.day')} value={day} min={today} onChange={(event) => setDay(event.currentTarget.value)} />
          <TextInput type="time" label={t('onCall.time')} value={time} onChange={(event) => setTime(event.currentTarget.value)} />
          <NativeSelect
            label={t('onCall.length')}
            value={hours}
            onChange={(event) => setHours(event.currentTarget.value)}
            data={['8', '12', '24', '72', '168'].map((value) => ({ value, label: t('onCall.hours', { count: Number(value) }) }))}
          />
        </Group>
        <Checkbox label={t('onCall.primary')} description={t('onCall.primaryHint')} checked={primary} onChange={(event) => setPrimary(event.currentTarget.checked)} />
        <FormActions verb={t('onCall.add')} busy={save.isPending} disabled={userId === '' || day === '' || time === ''} cancel={close} />
      </Stack>
    </form>
  );
} // prettier-ignore

function People() {
  const { t } = useTranslation();
  const people = useQuery(onCallPeopleQuery);
  return (
    <section aria-labelledby="on-call-people">
      <Title order={2} id="on-call-people">
        {t('onCall.people')}
      </Title>
      <Text size="sm">{t('onCall.peopleHint')}</Text>
      <Answered query={people}>
        {({ items }) => (
          <ul className="hs-plain-list hs-on-call-people">
            {items.map((one) => (
              <li key={one.person.id} className="hs-card">
                <ReachForm key={`${one.telephone} ${one.pushDevice}`} reach={one} />
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </section>
  );
}

function ReachForm({ reach }: { readonly reach: Reach }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [telephone, setTelephone] = useState(reach.telephone ?? '');
  const [device, setDevice] = useState(reach.pushDevice ?? '');
  const save = useMutation({
    mutationFn: () => setReach(reach.person.id, { telephone: telephone.trim() || null, pushDevice: device.trim() || null }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['on-call'] }),
  });
  const changed = telephone !== (reach.telephone ?? '') || device !== (reach.pushDevice ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Text fw={600}>{reach.person.name}</Text>
      <Text size="xs" className="hs-quiet">{reach.email}</Text>
      <ProblemAlert error={save.error} />
      {reach.telephone === null && (
        <Alert className="hs-alert" data-tone="warn" p={6}>
          <Text size="xs">{t('onCall.noTelephone')}</Text>
        </Alert>
      )}
      <TextInput label={t('onCall.telephone')}
        aria-label={`${t('onCall.telephone')}: ${reach.person.name}`} type="tel" maxLength={25} value={telephone} onChange={(event) => setTelephone(event.currentTarget.value)} />
      <TextInput label={t('onCall.pushDevice')}
        aria-label={`${t('onCall.pushDevice')}: ${reach.person.name}`} maxLength={200} value={device} onChange={(event) => setDevice(event.currentTarget.value)} />
      <Button type="submit" variant="default" size="compact-md" mt="xs" loading={save.isPending} disabled={!changed}>
        {t('common.save')}
      </Button>
    </form>
  );
} // prettier-ignore
