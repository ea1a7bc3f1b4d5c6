/** A practitioner is away: see whom it hits, say why, cancel, and read what became of each visit. */
import { Alert, Button, Group, NativeSelect, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelDay, dayQuery, practitionersQuery } from '../api/queries.ts';
import { reasonsOf } from '../case/forms.ts';
import { useWorkplace } from '../lib/session.ts';
import { dayOf, timeOf } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge, StateBadge } from '../parts/states.tsx';
import { ReasonFields, reasonText, usualReason } from '../parts/reason-fields.tsx';

export function CancelDayPage() {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const { location, zone } = useWorkplace();
  const practitioners = useQuery(practitionersQuery(location?.id));
  const [who, setWho] = useState('');
  const [date, setDate] = useState(useToday(zone));
  const [given, setGiven] = useState(usualReason('practitioner-away'));
  const [asking, setAsking] = useState(false);
  const day = useQuery({
    ...dayQuery(date, location?.id ?? '', who),
    enabled: who !== '' && date !== '' && location !== undefined,
  });
  const hit = (day.data?.items ?? []).filter((visit) => visit.status === 'booked' || visit.status === 'arrived');
  const reason = reasonText(given);
  const run = useMutation({
    mutationFn: () => cancelDay({ practitionerId: who, date, locationId: location?.id, reason }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['appointments'] }),
  });
  const names = new Map((day.data?.items ?? []).map((visit) => [visit.id, visit.patient.name]));
  return (
    <Page title={t('nav.cancelDay')} narrow>
      <Text size="sm">{t('cancelDay.hint')}</Text>
      <div className="hs-fields">
        <NativeSelect
          label={t('today.practitioner')}
          value={who}
          disabled={run.isPending}
          onChange={(event) => {
            run.reset();
            setWho(event.currentTarget.value);
          }}
          data={[
            { value: '', label: t('find.chooseWho') },
            ...(practitioners.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        <TextInput
          type="date"
          label={t('find.day')}
          value={date}
          disabled={run.isPending}
          onChange={(event) => {
            run.reset();
            setDate(event.currentTarget.value);
          }}
        />
        <ReasonFields
          value={given}
          onChange={setGiven}
          options={(reasonsOf['cancel-by-clinic'] ?? []).map((value) => ({ value, label: t(`reason.${value}`) }))}
          disabled={run.isPending}
        />
      </div>
      <ProblemAlert error={run.error} retry={() => run.mutate()} />
      {run.data === undefined ? (
        who === '' ? (
          <Empty title={t('cancelDay.startTitle')} hint={t('cancelDay.startHint')} />
        ) : (
          <Answered query={day} rows={4}>
            {() =>
              hit.length === 0 ? (
                <Empty title={t('cancelDay.nobodyTitle')} hint={t('cancelDay.nobodyHint')} />
              ) : (
                <Stack gap="sm">
                  <Text fw={600}>{t('cancelDay.hits', { count: hit.length })}</Text>
                  <ul className="hs-plain-list">
                    {hit.map((visit) => (
                      <li key={visit.id}>
                        <Group gap="xs" py={2}>
                          <span className="hs-num">
                            {visit.start === null ? '' : timeOf(visit.start, zone, i18n.language)}
                          </span>
                          {visit.patient.name}
                          <StateBadge visit={visit} />
                        </Group>
                      </li>
                    ))}
                  </ul>
                  {run.isPending && <Progress value={100} animated aria-label={t('cancelDay.running')} />}
                  <div>
                    <Button loading={run.isPending} disabled={reason === ''} onClick={() => setAsking(true)}>
                      {t('cancelDay.verb', { count: hit.length })}
                    </Button>
                  </div>
                  <Dialog
                    opened={asking}
                    onClose={() => setAsking(false)}
                    title={t('cancelDay.verb', { count: hit.length })}
                  >
                    <Stack gap="sm">
                      <Text size="sm">
                        {t('cancelDay.tells', { count: new Set(hit.map((visit) => visit.patientId)).size })}
                      </Text>
                      <Group gap="xs">
                        <Button
                          onClick={() => {
                            setAsking(false);
                            run.mutate();
                          }}
                        >
                          {t('cancelDay.yes')}
                        </Button>
                        <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
                          {t('cancelDay.no')}
                        </Button>
                      </Group>
                    </Stack>
                  </Dialog>
                </Stack>
              )
            }
          </Answered>
        )
      ) : (
        <Stack gap="sm">
          <Alert
            className="hs-alert"
            data-tone={run.data.items.every((one) => one.result === 'cancelled') ? 'good' : 'warn'}
            role="status"
            title={t('cancelDay.done')}
          >
            {t('cancelDay.result', {
              done: run.data.items.filter((one) => one.result === 'cancelled').length,
              all: run.data.items.length,
            })}
          </Alert>
          <table className="hs-table" data-cards>
            <thead>
              <tr>
                <th scope="col">{t('today.time')}</th>
                <th scope="col">{t('today.patient')}</th>
                <th scope="col">{t('cancelDay.outcome')}</th>
                <th scope="col">{t('cancelDay.alternatives')}</th>
              </tr>
            </thead>
            <tbody>
              {run.data.items.map((one) => (
                <tr key={one.appointmentId}>
                  <td className="hs-num">{one.start === null ? '' : timeOf(one.start, zone, i18n.language)}</td>
                  <td>
                    <LinkAnchor to="/cases/appointment/$id" params={{ id: one.appointmentId }} size="sm">
                      {names.get(one.appointmentId) ?? t('case.title')}
                    </LinkAnchor>
                  </td>
                  <td>
                    <Badge tone={one.result === 'cancelled' ? 'good' : 'bad'}>
                      {one.result === 'cancelled' ? t('state.cancelled') : t(`problem.${one.result}`)}
                    </Badge>
                  </td>
                  <td>
                    {one.alternatives.length === 0 && t('cancelDay.noAlternatives')}
                    <ul className="hs-plain-list">
                      {one.alternatives.map((other) => (
                        <li key={`${other.start}|${other.timeZone}`} className="hs-num">
                          {dayOf(other.start, other.timeZone, i18n.language)},{' '}
                          {timeOf(other.start, other.timeZone, i18n.language)}
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Stack>
      )}
    </Page>
  );
}
