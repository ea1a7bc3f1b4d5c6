/** What staff may do with the whole cascade: pause it, let it go on, fill it by telephone, close it. */
import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpeningStory, PatientRow } from '../api/types.ts';
import { FormActions } from '../parts/page.tsx';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { ReasonFields, noReason, reasonText } from '../parts/reason-fields.tsx';
import { closeReasons } from './reasons.ts';
import { useOpeningAct } from './use-act.ts';
import type { Done } from './use-act.ts';

const steps = ['fill', 'pause', 'resume', 'close'] as const;
type Step = (typeof steps)[number];

interface Props {
  readonly opening: OpeningStory;
  readonly onDone: Done;
}

export function Steering({ opening, onDone }: Props) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState<'fill' | 'close' | null>(null);
  const may = steps.filter((step) => opening.allowedActions.some((one) => one.action === step && one.possible));
  if (may.length === 0) return null;
  const close = (): void => setAsks(null);
  const finish: Done = (action) => {
    close();
    onDone(action);
  };
  return (
    <section aria-label={t('case.actions')}>
      {asks === null ? (
        <Group gap={6}>
          {may.map((step) =>
            step === 'fill' || step === 'close' ? (
              <Button key={step} variant="default" size="compact-md" onClick={() => setAsks(step)}>
                {t(`openingAction.${step}`)}
              </Button>
            ) : (
              <AtOnce key={step} opening={opening} step={step} onDone={finish} />
            ),
          )}
        </Group>
      ) : (
        <div className="hs-card">
          <Title order={2} mb="xs">
            {t(`openingAction.${asks}`)}
          </Title>
          {asks === 'fill' ? (
            <FillForm opening={opening} onDone={finish} onCancel={close} />
          ) : (
            <CloseForm opening={opening} onDone={finish} onCancel={close} />
          )}
        </div>
      )}
    </section>
  );
}

function AtOnce({ opening, step, onDone }: Props & { readonly step: Extract<Step, 'pause' | 'resume'> }) {
  const { t } = useTranslation();
  const send = useOpeningAct(opening.id, step, onDone);
  return (
    <>
      <Button variant="default" size="compact-md" loading={send.isPending} onClick={() => send.mutate({})}>
        {t(`openingAction.${step}`)}
      </Button>
      <ProblemAlert error={send.error} />
    </>
  );
}

function FillForm({ opening, onDone, onCancel }: Props & { readonly onCancel: () => void }) {
  const { t } = useTranslation();
  const send = useOpeningAct(opening.id, 'fill', onDone);
  const [patient, setPatient] = useState<PatientRow | null>(null);
  const [type, setType] = useState(opening.visitTypes[0]?.id ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (patient !== null) send.mutate({ patientId: patient.id, ...(type === '' ? {} : { visitTypeId: type }) });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Text size="sm">{t('opening.fillHint')}</Text>
        {patient === null ? (
          <PatientPicker label={t('find.patient')} autoFocus onPick={setPatient} />
        ) : (
          <Group gap="xs">
            <Text fw={600}>
              {nameOf(patient)} <span className="hs-quiet">{patient.mrn}</span>
            </Text>
            <Button variant="default" size="compact-sm" onClick={() => setPatient(null)}>
              {t('find.otherPatient')}
            </Button>
          </Group>
        )}
        {opening.visitTypes.length > 1 && (
          <NativeSelect
            label={t('find.type')}
            value={type}
            onChange={(event) => setType(event.currentTarget.value)}
            data={opening.visitTypes.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
        <FormActions
          verb={patient === null ? t('openingAction.fill') : t('find.bookFor', { name: nameOf(patient) })}
          busy={send.isPending}
          disabled={patient === null}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}

function CloseForm({ opening, onDone, onCancel }: Props & { readonly onCancel: () => void }) {
  const { t } = useTranslation();
  const send = useOpeningAct(opening.id, 'close', onDone);
  const [given, setGiven] = useState(noReason);
  const reason = reasonText(given);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== '') send.mutate({ reason });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <ReasonFields
          value={given}
          onChange={setGiven}
          options={closeReasons.map((value) => ({ value, label: t(`openingReason.${value}`) }))}
          unchosen={t('find.chooseType')}
          autoFocus
          seenByOthers
        />
        <FormActions verb={t('openingAction.close')} busy={send.isPending} disabled={reason === ''} cancel={onCancel} />
      </Stack>
    </form>
  );
}
