/** What one may do about an urgent item; which is possible is the server's word alone. Large, for a thumb. */
import { Button, NativeSelect, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { escalationOutcomes, type EscalationAction, type EscalationOutcome } from '../../../domain/escalation.ts';
import { actOnEscalation } from '../api/escalations.ts';
import type { Escalation, EscalationBody } from '../api/escalations.ts';
import { useNow } from '../lib/use-now.ts';
import { Countdown } from '../parts/countdown.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

type Done = (action: EscalationAction) => void;

function useAct(item: Escalation, action: EscalationAction, onDone: Done) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: EscalationBody) => actOnEscalation(item.id, action, body),
    // Said once the page shows it.
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['escalations'] });
      onDone(action);
    },
    onSettled: () => {
      for (const key of ['escalations', 'tasks', 'intakes', 'case']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

interface FormProps {
  readonly item: Escalation;
  readonly onDone: Done;
}

const etas = [0, 2, 5, 10, 15, 30, 60] as const;

export function Acknowledge({ item, onDone }: FormProps) {
  const { t } = useTranslation();
  const [eta, setEta] = useState('5');
  const send = useAct(item, 'ack', onDone);
  const joins = item.state === 'acknowledged';
  return (
    <form
      className="hs-escalation-ack"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ etaMinutes: Number(eta) });
      }}
    >
      <ProblemAlert error={send.error} />
      <NativeSelect
        label={t('escalations.eta')}
        size="md"
        value={eta}
        onChange={(event) => setEta(event.currentTarget.value)}
        data={etas.map((minutes) => ({
          value: String(minutes),
          label: minutes === 0 ? t('escalations.etaNow') : t('escalations.etaMinutes', { count: minutes }),
        }))}
      />
      <Button type="submit" size="xl" fullWidth variant={joins ? 'default' : 'filled'} loading={send.isPending}>
        {joins ? t('escalations.join') : t('escalations.ack')}
      </Button>
    </form>
  );
}

export function Resolve({ item, onDone }: FormProps) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<EscalationOutcome | ''>('');
  const [note, setNote] = useState('');
  const send = useAct(item, 'resolve', onDone);
  return (
    <form
      aria-label={t('escalations.resolve')}
      onSubmit={(event) => {
        event.preventDefault();
        if (outcome !== '') send.mutate({ outcome, ...(note.trim() !== '' && { note: note.trim() }) });
      }}
    >
      <Stack gap="sm">
        <Title order={2}>{t('escalations.resolveTitle')}</Title>
        <ProblemAlert error={send.error} />
        <NativeSelect
          label={t('escalations.outcome')}
          size="md"
          value={outcome}
          onChange={(event) => setOutcome(event.currentTarget.value as EscalationOutcome | '')}
          data={[
            { value: '', label: t('escalations.chooseOutcome') },
            ...escalationOutcomes.map((value) => ({ value, label: t(`escalationOutcome.${value}`) })),
          ]}
        />
        <Textarea
          label={t('escalations.note')}
          description={t('escalations.noteHint')}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button type="submit" size="lg" fullWidth loading={send.isPending} disabled={outcome === ''}>
          {t('escalations.resolve')}
        </Button>
      </Stack>
    </form>
  );
}

/** Whoever raised it may take it back for two minutes: how long still is counted down, and then it is not offered. */
export function TakeBack({ until, item, onDone }: FormProps & { readonly until: string }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const [reason, setReason] = useState('');
  const send = useAct(item, 'cancel', onDone);
  if (Date.parse(until) <= now)
    // Who leads may still, as with any other.
    return item.allowedActions.includes('cancel') && send.error === null ? (
      <Text size="sm">{t('escalations.takeBackOver')}</Text>
    ) : (
      <ProblemAlert error={send.error} />
    );
  return (
    <form
      className="hs-card hs-escalation"
      aria-label={t('escalations.takeBack')}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') send.mutate({ reason: reason.trim() });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">
          {t('escalations.takeBackHint')} <Countdown until={until} over={t('escalations.takeBackOver')} />
        </Text>
        <ProblemAlert error={send.error} />
        <TextInput
          label={t('escalations.takeBackWhy')}
          maxLength={300}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" size="md" loading={send.isPending} disabled={reason.trim() === ''}>
          {t('escalations.takeBack')}
        </Button>
      </Stack>
    </form>
  );
}

export function WithReason({ item, action, onDone }: FormProps & { readonly action: 'extend' | 'cancel' }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const send = useAct(item, action, onDone);
  return (
    <details className="hs-escalation-more">
      <summary>{t(`escalations.${action}`)}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') send.mutate({ reason: reason.trim() });
        }}
      >
        <Stack gap="sm">
          <ProblemAlert error={send.error} />
          <TextInput
            label={t('case.reason')}
            description={t(`escalations.${action}Hint`)}
            maxLength={300}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" size="md" loading={send.isPending} disabled={reason.trim() === ''}>
            {t(`escalations.${action}`)}
          </Button>
        </Stack>
      </form>
    </details>
  );
}
