/** The questions of one step; which steps are possible is the server's word alone. */
import { Alert, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { triageLevels } from '../../../domain/walk-in.ts';
import type { TriageLevel, WalkInAction } from '../../../domain/walk-in.ts';
import type { BoardQueue, WalkIn, WalkInBody } from '../api/walk-ins.ts';
import { useWorkplace } from '../lib/session.ts';
import { FormActions } from '../parts/page.tsx';
import { asProblem, ProblemAlert } from '../parts/problem.tsx';
import { ReasonFields, reasonText, usualReason } from '../parts/reason-fields.tsx';
import { useWalkInAct } from './use-act.ts';
import type { Done } from './use-act.ts';

export interface FormProps {
  readonly walkIn: WalkIn;
  readonly queues: readonly BoardQueue[];
  readonly action: WalkInAction;
  /** Of `move`. */
  readonly direction?: 'up' | 'down' | undefined;
  readonly onDone: Done;
  readonly onCancel: () => void;
}

/** Reasons that are offered; the word `other` asks for a sentence. */
export const walkInReasons = {
  move: ['vulnerable', 'in-pain', 'agreed', 'result-awaited', 'other'],
  leave: ['could-not-wait', 'not-there-when-called', 'feels-better', 'elsewhere', 'other'],
  'transfer-out': ['emergency-department', 'other-clinic', 'other'],
  'entered-in-error': ['wrong-patient', 'twice', 'other'],
  finish: ['note-elsewhere', 'no-note-needed', 'note-follows', 'other'],
} as const;
type WithReason = keyof typeof walkInReasons;
const asksReason = (action: WalkInAction): action is WithReason => Object.hasOwn(walkInReasons, action);

export function WalkInForm(props: FormProps) {
  switch (props.action) {
    case 'call':
      return <CallForm {...props} />;
    case 'triage':
      return <TriageForm {...props} />;
    case 'transfer':
      return <TransferForm {...props} />;
    default:
      return asksReason(props.action) ? <ReasonForm {...props} action={props.action} /> : null;
  }
}

function CallForm({ walkIn, queues, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useWalkInAct(walkIn, action, onDone);
  const who = queues.find((one) => one.id === walkIn.queueId)?.practitioners ?? [];
  const [practitioner, setPractitioner] = useState(() => remembered(who) ?? who[0]?.id ?? '');
  const unverified = walkIn.identifiersVerified.length < 2;
  const [checked, setChecked] = useState<string[]>([...walkIn.identifiersVerified]);
  const problem = send.error === null ? null : asProblem(send.error);
  const kind = problem?.code === 'slot-taken' ? String(problem.data['resourceKind'] ?? 'provider') : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        localStorage.setItem(rememberedKey, practitioner);
        send.mutate({ practitionerId: practitioner, ...(unverified && { identifiersVerified: checked }) });
      }}
    >
      <Stack gap="sm">
        {kind === null ? (
          <ProblemAlert error={send.error} />
        ) : (
          <Alert role="alert" className="hs-alert" data-tone="warn" title={t('walkIns.takenTitle')}>
            <Text size="sm">{kind === 'room' ? t('walkIns.takenRoom') : t('walkIns.takenProvider')}</Text>
          </Alert>
        )}
        {who.length === 0 ? (
          <Text size="sm">{t('walkIns.nobodyServes')}</Text>
        ) : (
          <NativeSelect
            label={t('walkIns.calledBy')}
            data-autofocus
            value={practitioner}
            onChange={(event) => setPractitioner(event.currentTarget.value)}
            data={who.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
        {unverified && <Identifiers value={checked} onChange={setChecked} />}
        <FormActions
          verb={t('walkInAction.call')}
          busy={send.isPending}
          disabled={practitioner === '' || (unverified && checked.length < 2)}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}

const rememberedKey = 'hs-walk-in-practitioner';
const remembered = (who: BoardQueue['practitioners']): string | undefined =>
  who.find((one) => one.id === localStorage.getItem(rememberedKey))?.id;

const identifiers = ['name', 'birth-date', 'photo-id', 'mrn'] as const;

export function Identifiers(props: { readonly value: string[]; readonly onChange: (value: string[]) => void }) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group label={t('walkIns.checked')} description={t('walkIns.checkedHint')} {...props}>
      <Group gap="sm" mt={4}>
        {identifiers.map((value) => (
          <Checkbox key={value} value={value} label={t(`identifier.${value}`)} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

/** Whoever may not triage may sound the alarm. */
export function LevelSelect(props: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly scheme: BoardQueue['scheme'];
  readonly none: boolean;
}) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const may = triageLevels.filter((level) => level <= 2 || can('walk-in:triage'));
  return (
    <NativeSelect
      label={t('walkIns.level')}
      {...(can('walk-in:triage') ? {} : { description: t('walkIns.levelDesk') })}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      data={[
        ...(props.none ? [{ value: '', label: t('walkIns.notTriaged') }] : []),
        ...may.map((level) => ({ value: String(level), label: `${level} · ${t(`triage.${props.scheme}.${level}`)}` })),
      ]}
    />
  );
}

function TriageForm({ walkIn, queues, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useWalkInAct(walkIn, action, onDone);
  const { can } = useWorkplace();
  const scheme = queues.find((one) => one.id === walkIn.queueId)?.scheme ?? 'esi';
  const [level, setLevel] = useState(String(can('walk-in:triage') ? (walkIn.level ?? 3) : 2));
  const [note, setNote] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ level: Number(level) as TriageLevel, ...(note.trim() !== '' && { reason: note.trim() }) });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Text size="sm">{t('walkIns.triageHint')}</Text>
        <LevelSelect value={level} onChange={setLevel} scheme={scheme} none={false} />
        <TextInput
          label={t('walkIns.triageNote')}
          value={note}
          maxLength={200}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <FormActions verb={t('walkInAction.triage')} busy={send.isPending} cancel={onCancel} />
      </Stack>
    </form>
  );
}

function TransferForm({ walkIn, queues, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useWalkInAct(walkIn, action, onDone);
  const others = queues.filter((one) => one.id !== walkIn.queueId && one.locationId === walkIn.locationId);
  const [queue, setQueue] = useState(others[0]?.id ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ queueId: queue });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Text size="sm">{others.length === 0 ? t('walkIns.noOtherQueue') : t('walkIns.transferHint')}</Text>
        {others.length > 0 && (
          <NativeSelect
            label={t('walkIns.queue')}
            data-autofocus
            value={queue}
            onChange={(event) => setQueue(event.currentTarget.value)}
            data={others.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
        <FormActions
          verb={t('walkInAction.transfer')}
          busy={send.isPending}
          disabled={queue === ''}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}

function ReasonForm({ walkIn, action, direction, onDone, onCancel }: FormProps & { readonly action: WithReason }) {
  const { t } = useTranslation();
  const send = useWalkInAct(walkIn, action, onDone);
  const [given, setGiven] = useState(usualReason(walkInReasons[action][0]));
  const reason = reasonText(given);
  const verb = action === 'move' ? t(`walkInAction.move-${direction ?? 'up'}`) : t(`walkInAction.${action}`);
  const body: WalkInBody =
    action === 'finish' ? { noNoteReason: reason } : { reason, ...(direction !== undefined && { direction }) };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== '') send.mutate(body);
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {action === 'transfer-out' && <Text size="sm">{t('walkIns.transferOutHint')}</Text>}
        <ReasonFields
          value={given}
          onChange={setGiven}
          options={walkInReasons[action].map((value) => ({ value, label: t(`walkInReason.${value}`) }))}
          label={action === 'finish' ? t('complete.noNote') : t('case.reason')}
          data-autofocus
        />
        <FormActions verb={verb} busy={send.isPending} disabled={reason === ''} cancel={onCancel} />
      </Stack>
    </form>
  );
}

/** Steps that ask nothing are done at once. */
export function AtOnce(props: {
  readonly walkIn: WalkIn;
  readonly action: WalkInAction;
  readonly leads?: boolean;
  readonly onDone: Done;
}) {
  const { t } = useTranslation();
  const { walkIn, action, leads } = props;
  const send = useWalkInAct(walkIn, action, props.onDone);
  return (
    <>
      <Button
        variant={leads === true ? 'filled' : 'default'}
        size="compact-md"
        loading={send.isPending}
        onClick={() => send.mutate({})}
        aria-label={t('walkIns.actionFor', { action: t(`walkInAction.${action}`), ticket: walkIn.ticket })}
      >
        {t(`walkInAction.${action}`)}
      </Button>
      <ProblemAlert error={send.error} />
    </>
  );
}
