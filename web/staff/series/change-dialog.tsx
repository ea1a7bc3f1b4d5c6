/** Moving or cancelling one occurrence, or it and all that follow. What cannot be taken back says so before it is done. */
import { Alert, Button, Checkbox, Group, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { practitionersQuery } from '../api/queries.ts';
import { cancelSeries, moveSeries } from '../api/series.ts';
import type { Occurrence, Series } from '../api/series.ts';
import { reasonsOf } from '../case/forms.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { SideDialog } from '../parts/dialog.tsx';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { ReasonFields, noReason, reasonText } from '../parts/reason-fields.tsx';
import type { Act } from './occurrences.tsx';

type Scope = 'one' | 'this-and-following';
const keepsKey: ReadonlySet<string> = new Set(['offline', 'unavailable', 'outcome-unknown']);

export interface Asked {
  readonly act: Act;
  readonly occurrence: Occurrence;
  readonly scope: Scope;
  /** Ending the series: everything that is ahead, not a choice. */
  readonly end?: boolean | undefined;
}

interface DialogProps {
  readonly series: Series;
  readonly asked: Asked | null;
  readonly onDone: (asked: Asked) => void;
  readonly onClose: () => void;
}

export function ChangeDialog(props: DialogProps) {
  const { t } = useTranslation();
  const { asked } = props;
  const number = asked?.occurrence.occurrence ?? 0;
  const title =
    asked?.end === true
      ? t('series.end')
      : t(asked?.act === 'move' ? 'series.moveOf' : 'series.cancelOf', { what: t('series.number', { number }) });
  return (
    <SideDialog opened={asked !== null} onClose={props.onClose} title={title}>
      {asked?.act === 'move' && <MoveForm {...props} asked={asked} />}
      {asked?.act === 'cancel' && <CancelForm {...props} asked={asked} />}
    </SideDialog>
  );
}

/** Visits from this one on that are still ahead. */
const followingOf = (series: Series, from: number): Occurrence[] =>
  series.occurrences.filter(
    ({ occurrence, status }) => occurrence >= from && (status === 'booked' || status === 'pending'),
  );

function useSend(props: DialogProps, scope: Scope) {
  const client = useQueryClient();
  const key = useRef(crypto.randomUUID());
  const asked = props.asked!;
  return useMutation({
    mutationFn: (send: (key: string) => Promise<unknown>) => send(key.current),
    // Said once the page shows it.
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['series'] });
      props.onDone({ ...asked, scope });
    },
    onError: (error) => {
      if (!(error instanceof ProblemError) || !keepsKey.has(error.code)) key.current = crypto.randomUUID();
    },
    onSettled: () => {
      for (const name of ['series', 'case', 'appointments', 'availability', 'openings'])
        void client.invalidateQueries({ queryKey: [name] });
    },
  });
}

function ScopeChoice(props: {
  readonly series: Series;
  readonly from: Occurrence;
  readonly value: Scope;
  readonly onChange: (scope: Scope) => void;
}) {
  const { t } = useTranslation();
  const count = followingOf(props.series, props.from.occurrence).length;
  return (
    <Radio.Group
      label={t('series.scope')}
      value={props.value}
      onChange={(value) => props.onChange(value === 'one' ? 'one' : 'this-and-following')}
    >
      <Stack gap={4} mt={4}>
        <Radio value="one" label={t('series.scopeOne')} data-autofocus />
        <Radio value="this-and-following" label={t('series.scopeFollowing', { count })} disabled={count < 2} />
      </Stack>
    </Radio.Group>
  );
}

function MoveForm(props: DialogProps & { readonly asked: Asked }) {
  const { t, i18n } = useTranslation();
  const { series, asked } = props;
  const { occurrence } = asked;
  const local = localOf(occurrence, series.timeZone);
  const [scope, setScope] = useState<Scope>(asked.scope);
  const [day, setDay] = useState(local.slice(0, 10));
  const [time, setTime] = useState(local.slice(11, 16));
  const [fold, setFold] = useState<'earlier' | 'later' | ''>('');
  const own = occurrence.practitioner?.id ?? series.practitionerId;
  const [who, setWho] = useState(own);
  const practitioners = useQuery(practitionersQuery(series.locationId, series.visitTypeId));
  const send = useSend(props, scope);
  const problem = send.error instanceof ProblemError ? send.error : undefined;
  const alternatives = Array.isArray(problem?.data['alternatives']) ? (problem.data['alternatives'] as unknown[]) : [];
  const starts = alternatives.flatMap((one) => startOf(one));
  const submit = (start: string, practitionerId = who): void =>
    send.mutate((key) =>
      moveSeries(
        series.id,
        {
          from: occurrence.occurrence,
          scope,
          start,
          ...(fold !== '' && scope === 'one' && { fold }),
          ...(practitionerId !== own && { practitionerId }),
        },
        key,
      ),
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (day !== '' && time !== '') submit(`${day}T${time}`);
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {starts.length > 0 && scope === 'one' && (
          <div role="group" aria-label={t('find.alternatives')} className="hs-series-choices">
            {starts.map(({ start, practitionerId }) => (
              <button
                key={start + practitionerId}
                type="button"
                className="hs-slot hs-num"
                onClick={() => submit(start, practitionerId === '' ? who : practitionerId)}
              >
                {dateTimeOf(start, series.timeZone, i18n.language)}
              </button>
            ))}
          </div>
        )}
        <ScopeChoice series={series} from={occurrence} value={scope} onChange={setScope} />
        <TextInput
          type="date"
          label={t('find.day')}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <TextInput
          type="time"
          label={t('find.time', { zone: series.timeZone })}
          value={time}
          onChange={(event) => setTime(event.currentTarget.value)}
        />
        {problem?.code === 'ambiguous-local-time' && (
          <Radio.Group label={t('find.twice')} value={fold} onChange={(value) => setFold(value as 'earlier' | 'later')}>
            <Stack gap={4} mt={4}>
              <Radio value="earlier" label={t('find.earlier')} />
              <Radio value="later" label={t('find.laterFold')} />
            </Stack>
          </Radio.Group>
        )}
        <NativeSelect
          label={t('find.who')}
          value={who}
          onChange={(event) => setWho(event.currentTarget.value)}
          data={[
            { value: own, label: occurrence.practitioner?.name ?? '' },
            ...(practitioners.data?.items ?? [])
              .filter((one) => one.active && one.id !== own)
              .map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        <Text size="sm">{t(scope === 'one' ? 'series.moveOneHint' : 'series.moveAllHint')}</Text>
        <FormActions
          verb={t(scope === 'one' ? 'series.moveOne' : 'series.moveAll')}
          busy={send.isPending}
          disabled={day === '' || time === '' || (`${day}T${time}` === local && who === own)}
          cancel={props.onClose}
        />
      </Stack>
    </form>
  );
}

function CancelForm(props: DialogProps & { readonly asked: Asked }) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const { series, asked } = props;
  const { occurrence } = asked;
  const [scope, setScope] = useState<Scope>(asked.scope);
  const mayByClinic = can('appointment:cancel-by-clinic');
  const [byClinic, setByClinic] = useState(!can('appointment:cancel'));
  const [given, setGiven] = useState(noReason);
  const send = useSend(props, scope);
  const reasons = reasonsOf[byClinic ? 'cancel-by-clinic' : 'cancel'] ?? ['other'];
  const reason = reasonText(given);
  const count = scope === 'one' ? 1 : followingOf(series, occurrence.occurrence).length;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === '') return;
        send.mutate((key) => cancelSeries(series.id, { from: occurrence.occurrence, scope, reason, byClinic }, key));
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {asked.end !== true && <ScopeChoice series={series} from={occurrence} value={scope} onChange={setScope} />}
        {mayByClinic && can('appointment:cancel') && (
          <Checkbox
            label={t('series.byClinic')}
            description={t('series.byClinicHint')}
            checked={byClinic}
            onChange={(event) => {
              setByClinic(event.currentTarget.checked);
              setGiven(noReason);
            }}
          />
        )}
        <ReasonFields
          value={given}
          onChange={setGiven}
          options={reasons.map((value) => ({ value, label: t(`reason.${value}`) }))}
          unchosen={t('find.chooseType')}
          data-autofocus={asked.end === true ? true : undefined}
          seenByOthers
        />
        <Alert className="hs-alert" data-tone="warn">
          {t('series.cancelSure', { count })}
        </Alert>
        {/* Beside "Cancel 2 visits" the way out must not be called "Cancel". */}
        <Group gap="xs">
          <Button type="submit" loading={send.isPending} disabled={reason === ''}>
            {t('series.cancelVisits', { count })}
          </Button>
          <Button variant="default" onClick={props.onClose}>
            {t('series.keep')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The wall-clock time of the visit, which is where moving begins. */
function localOf({ start, localStart }: Occurrence, zone: string): string {
  if (start === null) return localStart;
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return parts.format(Date.parse(start)).replace(' ', 'T');
}

/** The alternatives of a 409 `slot-taken`: whole slots, or starts alone. */
function startOf(raw: unknown): { readonly start: string; readonly practitionerId: string }[] {
  if (typeof raw === 'string') return [{ start: raw, practitionerId: '' }];
  const { start, practitionerId } = (raw ?? {}) as { start?: unknown; practitionerId?: unknown };
  if (typeof start !== 'string') return [];
  return [{ start, practitionerId: typeof practitionerId === 'string' ? practitionerId : '' }];
}
