/** The questions of one step that staff take on an intake, and what happens when the server says no. */
import { Checkbox, NativeSelect, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { intakeSteps } from '../../../domain/intake/intake.ts';
import type { IntakeAction, IntakeStep } from '../../../domain/intake/intake.ts';
import { actOnIntake } from '../api/intakes.ts';
import type { IntakeDetail, IntakeWord } from '../api/intakes.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { SafeAddress } from './safe-address.tsx';

interface FormProps {
  readonly intake: IntakeDetail;
  readonly action: IntakeAction;
  readonly onDone: (action: IntakeAction) => void;
  readonly onCancel: () => void;
}

export function useIntakeAct(id: string, action: IntakeAction, onDone: (action: IntakeAction) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: IntakeWord) => actOnIntake(id, action, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['intakes'] });
      onDone(action);
    },
    onSettled: () => {
      for (const key of ['intakes', 'tasks', 'escalations', 'identity-matches', 'appointments'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function IntakeActionForm(props: FormProps) {
  if (props.action === 'return') return <ReturnForm {...props} />;
  if (props.action === 'waive') return <WaiveForm {...props} />;
  if (props.action === 'resend-link') return <ResendForm {...props} />;
  if (props.action === 'verify-identity') return <VerifyForm {...props} />;
  return <ReasonForm {...props} />;
}

/** Which steps, and for each what is missing: the patient reads the words. */
function ReturnForm({ intake, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useIntakeAct(intake.id, action, onDone);
  const [notes, setNotes] = useState<Partial<Record<IntakeStep, string>>>({});
  const chosen = intakeSteps.filter((step) => notes[step] !== undefined);
  const ready = chosen.length > 0 && chosen.every((step) => notes[step]?.trim() !== '');
  const answered = intake.steps.filter(({ state }) => state === 'answered');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send.mutate({ steps: [...chosen], notes });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Text size="sm">{t('intakes.returnHint')}</Text>
        {answered.map(({ step }) => (
          <div key={step}>
            <Checkbox
              label={t(`intakeStep.${step}`)}
              checked={notes[step] !== undefined}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                setNotes(({ [step]: _gone, ...rest }) => (checked ? { ...rest, [step]: '' } : rest));
              }}
            />
            {notes[step] !== undefined && (
              <Textarea
                mt={4}
                label={t('intakes.returnWhy')}
                maxLength={500}
                autosize
                required
                value={notes[step]}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setNotes((before) => ({ ...before, [step]: value }));
                }}
              />
            )}
          </div>
        ))}
        <FormActions verb={t('intakeAction.return')} busy={send.isPending} disabled={!ready} cancel={onCancel} />
      </Stack>
    </form>
  );
}

function WaiveForm({ intake, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useIntakeAct(intake.id, action, onDone);
  const waivable = intake.steps.filter(({ state }) => state !== 'waived' && state !== 'not-needed');
  const [step, setStep] = useState<string>('');
  const [reason, setReason] = useState('');
  const chosen = waivable.find((one) => one.step === step);
  const ready = chosen !== undefined && reason.trim() !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send.mutate({ step: chosen.step, reason: reason.trim() });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <NativeSelect
          label={t('intakes.waiveWhich')}
          value={step}
          onChange={(event) => setStep(event.currentTarget.value)}
          data={[
            { value: '', label: t('intakes.choose') },
            ...waivable.map((one) => ({ value: one.step, label: t(`intakeStep.${one.step}`) })),
          ]}
        />
        <TextInput
          label={t('case.reason')}
          value={reason}
          maxLength={300}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <FormActions verb={t('intakeAction.waive')} busy={send.isPending} disabled={!ready} cancel={onCancel} />
      </Stack>
    </form>
  );
}

const identifiers = ['name', 'birth-date', 'photo-id', 'address', 'phone'] as const;

/** Two identifiers, as at check-in. */
function VerifyForm({ intake, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useIntakeAct(intake.id, action, onDone);
  const [seen, setSeen] = useState<readonly string[]>([]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (seen.length >= 2) send.mutate({ identifiers: [...seen] });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Checkbox.Group
          label={t('intakes.verifyWhich')}
          description={t('intakes.verifyHint')}
          value={[...seen]}
          onChange={setSeen}
        >
          <Stack gap="xs" mt="xs">
            {identifiers.map((one) => (
              <Checkbox key={one} value={one} label={t(`intakes.identifier.${one}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <FormActions
          verb={t('intakeAction.verify-identity')}
          busy={send.isPending}
          disabled={seen.length < 2}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}

/** Of an intake in confidence: to the address that is safe, which may be another one now. */
function ResendForm({ intake, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useIntakeAct(intake.id, action, onDone);
  const [safe, setSafe] = useState({ email: '', phone: '' });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const email = safe.email.trim();
        const phone = safe.phone.trim();
        send.mutate(
          email === '' && phone === ''
            ? {}
            : { privateContact: { ...(email !== '' && { email }), ...(phone !== '' && { phone }) } },
        );
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Text size="sm">{t('intakes.resendHint')}</Text>
        <SafeAddress value={safe} onChange={setSafe} />
        <FormActions verb={t('intakeAction.resend-link')} busy={send.isPending} cancel={onCancel} />
      </Stack>
    </form>
  );
}

function ReasonForm({ intake, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useIntakeAct(intake.id, action, onDone);
  const [reason, setReason] = useState('');
  return (
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
          value={reason}
          maxLength={300}
          autoFocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <FormActions
          verb={t(`intakeAction.${action}`)}
          busy={send.isPending}
          disabled={reason.trim() === ''}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}
