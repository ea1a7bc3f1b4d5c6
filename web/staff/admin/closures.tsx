/** Closures and extra hours; nothing is cancelled by them, every displaced visit becomes a task. */
import { Alert, Button, Group, List, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addException, exceptionsQuery, practitionersQuery, removeException, resourcesQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { MINUTE, dateTimeOf, instant, startOfDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

export function ClosuresPage() {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const { locations, location, zone } = useWorkplace();
  const practitioners = useQuery(practitionersQuery());
  const resources = useQuery(resourcesQuery);
  const today = useToday(zone);
  const [since] = useState(() => instant(startOfDay(today, zone)));
  const exceptions = useQuery(exceptionsQuery({ from: since }));
  const [what, setWhat] = useState(`l:${location?.id ?? ''}`);
  const [kind, setKind] = useState<'closed' | 'open'>('closed');
  const [fromDay, setFromDay] = useState(today);
  const [fromTime, setFromTime] = useState('00:00');
  const [toDay, setToDay] = useState(today);
  const [toTime, setToTime] = useState('23:59');
  const [reason, setReason] = useState('');
  const names = new Map(
    [...(practitioners.data?.items ?? []), ...(resources.data?.items ?? []), ...locations].map((one) => [
      one.id,
      one.name,
    ]),
  );
  const changed = (): void => {
    for (const key of ['availability-exceptions', 'availability', 'tasks'])
      void client.invalidateQueries({ queryKey: [key] });
  };
  const add = useMutation({
    mutationFn: () => {
      const [scope, id = ''] = what.split(':');
      // 23:59 is how people write the end of a day.
      const end = startOfDay(toDay, zone, minutesOf(toTime)) + (toTime === '23:59' ? MINUTE : 0);
      return addException({
        ...(scope === 'l' ? { locationId: id } : { resourceId: id }),
        kind: scope === 'l' ? 'closed' : kind,
        start: instant(startOfDay(fromDay, zone, minutesOf(fromTime))),
        end: instant(end),
        reason: reason.trim(),
      });
    },
    onSuccess: changed,
  });
  const remove = useMutation({ mutationFn: removeException, onSuccess: changed });
  const complete =
    what.length > 2 && fromDay !== '' && toDay !== '' && fromTime !== '' && toTime !== '' && reason.trim() !== '';
  return (
    <Page title={t('nav.closures')} narrow>
      <form
        className="hs-card"
        onSubmit={(event) => {
          event.preventDefault();
          if (complete) add.mutate();
        }}
      >
        <Stack gap="sm">
          <Title order={2}>{t('closures.new')}</Title>
          <ProblemAlert error={add.error} />
          <div className="hs-fields">
            <NativeSelect
              label={t('closures.what')}
              value={what}
              onChange={(event) => setWhat(event.currentTarget.value)}
              data={[
                {
                  group: t('frame.location'),
                  items: locations.map((one) => ({ value: `l:${one.id}`, label: one.name })),
                },
                {
                  group: t('today.practitioner'),
                  items: (practitioners.data?.items ?? []).map((one) => ({ value: `r:${one.id}`, label: one.name })),
                },
                {
                  group: t('nav.rooms'),
                  items: (resources.data?.items ?? []).map((one) => ({ value: `r:${one.id}`, label: one.name })),
                },
              ]}
            />
            {what.startsWith('r:') && (
              <NativeSelect
                label={t('closures.kind')}
                value={kind}
                onChange={(event) => setKind(event.currentTarget.value === 'open' ? 'open' : 'closed')}
                data={[
                  { value: 'closed', label: t('closures.closed') },
                  { value: 'open', label: t('closures.open') },
                ]}
              />
            )}
            <TextInput
              type="date"
              label={t('closures.fromDay')}
              value={fromDay}
              onChange={(event) => setFromDay(event.currentTarget.value)}
            />
            <TextInput
              type="time"
              label={t('closures.fromTime')}
              value={fromTime}
              onChange={(event) => setFromTime(event.currentTarget.value)}
            />
            <TextInput
              type="date"
              label={t('closures.toDay')}
              value={toDay}
              min={fromDay}
              onChange={(event) => setToDay(event.currentTarget.value)}
            />
            <TextInput
              type="time"
              label={t('closures.toTime')}
              value={toTime}
              onChange={(event) => setToTime(event.currentTarget.value)}
            />
            <TextInput
              label={t('case.reason')}
              value={reason}
              maxLength={300}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </div>
          <Text size="sm" c="dimmed">
            {t('closures.hint', { zone })}
          </Text>
          <div>
            <Button type="submit" loading={add.isPending} disabled={!complete}>
              {what.startsWith('r:') && kind === 'open' ? t('closures.addOpen') : t('closures.add')}
            </Button>
          </div>
        </Stack>
      </form>
      {add.data !== undefined && (
        <Alert
          className="hs-alert"
          data-tone={add.data.displaced.length === 0 ? 'good' : 'warn'}
          role="status"
          title={t('closures.done')}
        >
          {add.data.displaced.length === 0 ? (
            t('closures.nobodyDisplaced')
          ) : (
            <>
              {t('closures.displaced', { count: add.data.displaced.length })}
              <List size="sm">
                {add.data.displaced.map((visit) => (
                  <List.Item key={visit.appointmentId}>
                    <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.appointmentId }} inherit>
                      {dateTimeOf(visit.start, zone, i18n.language)}
                    </LinkAnchor>
                  </List.Item>
                ))}
              </List>
              <LinkAnchor to="/tasks" search={{ kind: 'displaced' }} inherit>
                {t('closures.tasks')}
              </LinkAnchor>
            </>
          )}
        </Alert>
      )}
      <section>
        <Title order={2} mb={4}>
          {t('closures.planned')}
        </Title>
        <ProblemAlert error={remove.error} />
        <Answered query={exceptions} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('closures.none')} hint={t('closures.noneHint')} />
            ) : (
              <ul className="hs-plain-list">
                {items.map((one) => (
                  <li key={one.id}>
                    <Group gap="xs" justify="space-between" py={4}>
                      <Text size="sm" flex="1 1 240px" miw={0}>
                        <Badge tone={one.kind === 'closed' ? 'warn' : 'good'}>{t(`closures.${one.kind}`)}</Badge>{' '}
                        <b>{names.get(one.resourceId ?? one.locationId ?? '') ?? ''}</b>{' '}
                        <span className="hs-num">{dateTimeOf(one.start, zone, i18n.language)} –</span>{' '}
                        <span className="hs-num">{dateTimeOf(one.end, zone, i18n.language)}</span>{' '}
                        <span className="hs-quiet">{one.reason}</span>
                      </Text>
                      <Button variant="default" disabled={remove.isPending} onClick={() => remove.mutate(one.id)}>
                        {t('common.remove')}
                      </Button>
                    </Group>
                  </li>
                ))}
              </ul>
            )
          }
        </Answered>
      </section>
    </Page>
  );
}
