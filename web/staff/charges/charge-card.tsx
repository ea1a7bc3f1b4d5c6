/** One proposed charge: of whom, for which visit, why, how much, and what can be done with it. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { waiverReasons } from '../../../domain/appointment/charge.ts';
import type { Charge } from '../api/charges.ts';
import { moneyOf } from '../lib/money.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';
import { useDecide } from './use-decide.ts';
import type { Decision, Done } from './use-decide.ts';

const tones: Readonly<Record<Charge['state'], Tone>> = {
  proposed: 'info',
  waived: 'neutral',
  posted: 'good',
  void: 'neutral',
};

export function ChargeCard({ charge, onDone }: { readonly charge: Charge; readonly onDone: Done }) {
  const { t, i18n } = useTranslation();
  const { zone, can } = useWorkplace();
  const [waiving, setWaiving] = useState(false);
  const decide = useDecide(charge, onDone);
  const { visit, patient } = charge;
  const at = (instant: string): string => dateTimeOf(instant, visit.timeZone ?? zone, i18n.language);
  const visitWords = [visit.name, visit.start === null ? undefined : at(visit.start)].filter(Boolean).join(' · ');
  return (
    <article className="hs-card hs-charge">
      <div className="hs-charge-head">
        <LinkAnchor to="/patients/$id" params={{ id: patient.id }} data-row>
          {patient.name}
        </LinkAnchor>
        <span>{t(`charges.kind.${charge.kind}`)}</span>
        <strong className="hs-num">{moneyOf(charge.amountCents, charge.currency, i18n.language)}</strong>
        <Badge tone={tones[charge.state]}>{t(`charges.state.${charge.state}`)}</Badge>
      </div>
      <Text size="sm" component="div">
        {can('case:read') ? (
          <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.id }} size="sm">
            {visitWords}
          </LinkAnchor>
        ) : (
          visitWords
        )}
      </Text>
      <Text size="sm">
        {t(`charges.why.${charge.kind}`, { at: at(visit.endedAt ?? charge.createdAt) })}
        {charge.decidedAt !== null && ` ${decidedWords()}`}
      </Text>
      {charge.note !== null && charge.note !== '' && (
        <Text size="sm" className="hs-quiet">
          “{charge.note}”
        </Text>
      )}
      <ProblemAlert error={decide.error} />
      {waiving ? (
        <WaiveForm busy={decide.isPending} send={decide.mutate} close={() => setWaiving(false)} />
      ) : (
        charge.allowedActions.length > 0 && (
          <Group gap="xs">
            {charge.allowedActions.map((action) => (
              <Button
                key={action}
                variant={action === 'post' ? 'filled' : 'default'}
                loading={decide.isPending && decide.variables.action === action}
                disabled={decide.isPending}
                aria-label={t('charges.actionFor', { action: t(`charges.action.${action}`), name: patient.name })}
                onClick={() => (action === 'waive' ? setWaiving(true) : decide.mutate({ action }))}
              >
                {t(`charges.action.${action}`)}
              </Button>
            ))}
          </Group>
        )
      )}
    </article>
  );

  function decidedWords(): string {
    const who = charge.decidedBy;
    const reason = charge.waivedReason ?? charge.voidReason;
    const date = at(charge.decidedAt ?? charge.createdAt);
    if (charge.state === 'void') return t('charges.voidBecause', { reason: t(`charges.void.${reason}`), date });
    if (charge.state === 'posted') return t('charges.postedBy', { who: who ?? '', date });
    if (charge.state !== 'waived') return '';
    const why = t(`charges.waiver.${reason}`);
    return who === null
      ? t('charges.waivedByRule', { reason: why })
      : t('charges.waivedBy', { reason: why, who, date });
  }
}

function WaiveForm(props: {
  readonly busy: boolean;
  readonly send: (decision: Decision) => void;
  readonly close: () => void;
}) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState('');
  const [note, setNote] = useState('');
  const reason = waiverReasons.find((one) => one === chosen);
  const complete = reason !== undefined && (reason !== 'other' || note.trim() !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined || !complete) return;
        props.send({ action: 'waive', waiver: { reason, ...(note.trim() !== '' && { note: note.trim() }) } });
      }}
    >
      <Stack gap="sm">
        <div className="hs-fields">
          <NativeSelect
            label={t('charges.waiveWhy')}
            autoFocus
            value={chosen}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data={[
              { value: '', label: t('find.chooseType') },
              ...waiverReasons.map((value) => ({ value, label: t(`charges.waiver.${value}`) })),
            ]}
          />
          <TextInput
            label={reason === 'other' ? t('charges.noteNeeded') : t('charges.note')}
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        </div>
        <FormActions verb={t('charges.action.waive')} busy={props.busy} disabled={!complete} cancel={props.close} />
      </Stack>
    </form>
  );
}
