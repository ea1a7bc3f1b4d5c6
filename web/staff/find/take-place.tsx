/**
 * Takes the chosen place and deals with every way it can be refused: taken (alternatives to pick from), a local time that
 * happens twice (earlier or later), one that does not exist (the next that does), and overbooking with a reason.
 */
import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { practitionersQuery } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { dayOf, timeOf, zoneName } from '../lib/time.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { alternativesOf, placeOf } from './place.ts';
import type { Place } from './place.ts';
import { SlotList } from './slot-list.tsx';

export interface Wish {
  readonly place: Place;
  readonly fold?: 'earlier' | 'later' | undefined;
  readonly overbookReason?: string | undefined;
  readonly hold: boolean;
}

export function TakePlace(props: {
  readonly place: Place;
  readonly verb: string;
  readonly holdVerb?: string | undefined;
  readonly disabledReason?: string | undefined;
  readonly commit: (wish: Wish) => Promise<Appointment>;
  readonly onDone: (appointment: Appointment) => void;
  readonly onPick: (place: Place) => void;
}) {
  const { t, i18n } = useTranslation();
  const { can } = useWorkplace();
  const { place } = props;
  const practitioners = useQuery(practitionersQuery());
  const practitioner = practitioners.data?.items.find((one) => one.id === place.practitionerId);
  const [fold, setFold] = useState<'earlier' | 'later' | ''>('');
  const [reason, setReason] = useState('');
  const go = useRef<HTMLButtonElement>(null);
  const take = useMutation({ mutationFn: props.commit, onSuccess: props.onDone });
  useEffect(() => {
    // Choosing a time is half of booking; Enter is the other half.
    go.current?.focus();
  }, []);

  const problem = take.error instanceof ProblemError ? take.error : undefined;
  const alternatives = problem?.code === 'slot-taken' ? alternativesOf(problem.data['alternatives'], place) : [];
  const nextValid = problem?.code === 'local-time-does-not-exist' ? problem.data['nextValid'] : undefined;
  const mayOverbook = can('appointment:overbook') && practitioner?.overbookConsent === true;
  const overbooks =
    mayOverbook && (problem?.code === 'slot-taken' || problem?.code === 'outside-availability' || reason !== '');
  const wish = (hold: boolean): Wish => ({
    place,
    hold,
    fold: fold === '' ? undefined : fold,
    overbookReason: reason.trim() === '' ? undefined : reason.trim(),
  });
  const when = place.typed
    ? place.start.replace('T', ' ')
    : `${dayOf(place.start, place.timeZone, i18n.language)} ${timeOf(place.start, place.timeZone, i18n.language)} ${zoneName(place.start, place.timeZone, i18n.language)}`;

  return (
    <Stack gap="xs">
      <Text fw={600} className="hs-num">
        {when} · {practitioner?.name ?? ''}
      </Text>
      <ProblemAlert error={take.error} />
      {problem?.code === 'ambiguous-local-time' && (
        <Radio.Group label={t('find.twice')} value={fold} onChange={(value) => setFold(value as 'earlier' | 'later')}>
          <Group gap="md" mt={4}>
            <Radio value="earlier" label={t('find.earlier')} />
            <Radio value="later" label={t('find.laterFold')} />
          </Group>
        </Radio.Group>
      )}
      {typeof nextValid === 'string' && (
        <Button
          variant="default"
          onClick={() => props.onPick({ ...place, start: nextValid, typed: !/Z|[+-]\d\d:\d\d$/.test(nextValid) })}
        >
          {t('find.nextValid', { time: nextValid.replace('T', ' ') })}
        </Button>
      )}
      {alternatives.length > 0 && (
        <SlotList
          slots={alternatives}
          practitioners={practitioners.data?.items ?? []}
          picked={null}
          onPick={(slot) => props.onPick(placeOf(slot))}
          label={t('find.alternatives')}
        />
      )}
      {overbooks && (
        <TextInput
          label={t('find.overbookReason')}
          description={t('find.overbookHint')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <Group gap="xs">
        <Button
          ref={go}
          loading={take.isPending}
          disabled={props.disabledReason !== undefined}
          onClick={() => take.mutate(wish(false))}
        >
          {reason.trim() === '' ? props.verb : t('find.overbook')}
        </Button>
        {props.holdVerb !== undefined && (
          <Button
            variant="default"
            disabled={take.isPending || props.disabledReason !== undefined}
            onClick={() => take.mutate(wish(true))}
          >
            {props.holdVerb}
          </Button>
        )}
        {props.disabledReason !== undefined && (
          <Text size="sm" c="dimmed">
            {props.disabledReason}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
