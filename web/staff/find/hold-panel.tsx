/** A time that is held: the countdown, one extension, and the word that makes it a visit. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { isTyping } from '../frame/is-typing.ts';
import { dayOf, timeOf } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Countdown } from '../parts/countdown.tsx';
import { ProblemAlert, asProblem } from '../parts/problem.tsx';

export function HoldPanel(props: {
  readonly held: Appointment;
  readonly onChange: (appointment: Appointment) => void;
  /** The time was let go, or the hold has ended: back to the free times. */
  readonly onReleased: () => void;
}) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const { held } = props;
  const step = useMutation({
    mutationFn: (action: 'extend-hold' | 'confirm-hold' | 'release-hold') => act(held.id, action, {}),
    onSuccess: (appointment, action) => {
      void client.invalidateQueries({ queryKey: ['availability'] });
      if (action === 'release-hold') props.onReleased();
      else props.onChange(appointment);
    },
  });
  const zone = held.timeZone ?? 'UTC';
  const now = useNow(1000);
  // The server's clock decides; it may be ahead of this one.
  const refused = step.error !== null && asProblem(step.error).code === 'hold-expired';
  if (refused || held.holdExpiresAt === null || Date.parse(held.holdExpiresAt) <= now) {
    return (
      <Ended
        held={held}
        zone={zone}
        onBack={() => {
          void client.invalidateQueries({ queryKey: ['availability'] });
          props.onReleased();
        }}
      />
    );
  }
  return (
    <Stack gap="xs" className="hs-card">
      <Text fw={600}>
        {t('hold.title', {
          name: held.patient.name,
          day: held.start === null ? '' : dayOf(held.start, zone, i18n.language),
          time: held.start === null ? '' : timeOf(held.start, zone, i18n.language),
        })}
      </Text>
      <Text size="lg" fw={700}>
        <Countdown until={held.holdExpiresAt} />
      </Text>
      <ProblemAlert error={step.error} />
      <Group gap="xs">
        <Button autoFocus loading={step.isPending} onClick={() => step.mutate('confirm-hold')}>
          {t('hold.confirm')}
        </Button>
        <Button
          variant="default"
          disabled={held.holdExtended || step.isPending}
          title={held.holdExtended ? t('hold.extended') : undefined}
          onClick={() => step.mutate('extend-hold')}
        >
          {t('hold.extend')}
        </Button>
        <Button variant="default" disabled={step.isPending} onClick={() => step.mutate('release-hold')}>
          {t('hold.release')}
        </Button>
      </Group>
      {held.holdExtended && <Text size="sm">{t('hold.extended')}</Text>}
    </Stack>
  );
}

/** Nothing can be done with a hold that has ended, so nothing is offered but the way back to the free times. */
function Ended(props: { readonly held: Appointment; readonly zone: string; readonly onBack: () => void }) {
  const { t, i18n } = useTranslation();
  const { held, zone } = props;
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isTyping(document.activeElement)) back.current?.focus();
  }, []);
  return (
    <Stack gap="xs" className="hs-card" role="alert">
      <Text fw={600}>{t('hold.ended')}</Text>
      <Text size="sm">
        {t('hold.endedHint', {
          name: held.patient.name,
          day: held.start === null ? '' : dayOf(held.start, zone, i18n.language),
          time: held.start === null ? '' : timeOf(held.start, zone, i18n.language),
        })}
      </Text>
      <div>
        <Button ref={back} onClick={props.onBack}>
          {t('hold.back')}
        </Button>
      </div>
    </Stack>
  );
}
