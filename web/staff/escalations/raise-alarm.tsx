/** Raises an urgent item by hand: about whom, why and how, then who will be told, then the button that does it. */
import './escalations.css';
import { Alert, Button, Group, List, NativeSelect, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconBellRinging } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isoDurationToMs } from '../../../domain/calendar/calendar.ts';
import { callReasons, type CallReason, type CallSubject } from '../../../domain/escalation-call.ts';
import { escalationLevels, type EscalationLevel } from '../../../domain/escalation.ts';
import { raiseEscalation, raisePreviewQuery, type RaiseBody } from '../api/escalations.ts';
import { locationsQuery } from '../api/queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Answered } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

interface About {
  readonly kind: CallSubject;
  readonly id: string;
  readonly name: string;
}

/** @param props.about null: it is asked about whom */
export function RaiseAlarm({ about = null }: { readonly about?: About | null }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [picked, setPicked] = useState<About | null>(null);
  const close = (): void => {
    setOpened(false);
    setPicked(null);
  };
  const whom = about ?? picked;
  return (
    <>
      <Button
        variant="default"
        aria-haspopup="dialog"
        leftSection={<IconBellRinging size={18} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        {t('escalations.raise')}
      </Button>
      <Dialog
        opened={opened}
        onClose={close}
        title={whom === null ? t('escalations.raise') : t('escalations.raiseFor', { name: whom.name })}
      >
        {whom === null ? (
          <PatientPicker
            label={t('escalations.raisePick')}
            autoFocus
            onPick={(patient) => setPicked({ kind: 'patient', id: patient.id, name: nameOf(patient) })}
          />
        ) : (
          <RaiseForm key={whom.id} about={whom} />
        )}
      </Dialog>
    </>
  );
}

function RaiseForm({ about }: { readonly about: About }) {
  const { t } = useTranslation();
  const locations = useQuery(locationsQuery);
  const [reason, setReason] = useState<CallReason | ''>('');
  const [level, setLevel] = useState<EscalationLevel>('urgent');
  const [place, setPlace] = useState('');
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState<RaiseBody | null>(null);
  if (asked !== null) return <Confirm body={asked} onBack={() => setAsked(null)} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === '') return;
        const subject = { kind: about.kind, id: about.id };
        setAsked({
          subject,
          reasonCode: reason,
          level,
          ...(place !== '' && { locationId: place }),
          ...(note.trim() !== '' && { note: note.trim() }),
        });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('escalations.raiseCall')}</Text>
        <NativeSelect
          label={t('escalations.raiseWhy')}
          data-autofocus
          size="md"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value as CallReason | '')}
          data={[
            { value: '', label: t('escalations.raiseWhyChoose') },
            ...callReasons.map((value) => ({ value, label: t(`redFlag.${value}`) })),
          ]}
        />
        <Radio.Group
          label={t('escalations.raiseLevel')}
          value={level}
          onChange={(value) => setLevel(value as EscalationLevel)}
        >
          <Stack gap={6} mt={6}>
            {escalationLevels.map((one) => (
              <Radio key={one} value={one} label={t(`escalations.level.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <NativeSelect
          label={t('escalations.raiseWhere')}
          value={place}
          onChange={(event) => setPlace(event.currentTarget.value)}
          data={[
            { value: '', label: t('escalations.raiseWhereUnknown') },
            ...(locations.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        <Textarea
          label={t('escalations.raiseNote')}
          description={t('escalations.raiseNoteHint')}
          maxLength={500}
          autosize
          minRows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button type="submit" size="md" disabled={reason === ''}>
          {t('escalations.raiseNext')}
        </Button>
      </Stack>
    </form>
  );
}

/** Said once more who is told; only then is it raised. Raised twice, it is the one that is open already. */
function Confirm({ body, onBack }: { readonly body: RaiseBody; readonly onBack: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => said.current?.focus(), []);
  const preview = useQuery(raisePreviewQuery(body));
  const raise = useMutation({
    mutationFn: () => raiseEscalation(body),
    onSuccess: ({ escalation }) => {
      if (escalation !== null) void navigate({ to: '/escalations/$id', params: { id: escalation.id } });
    },
    onSettled: () => {
      for (const key of ['escalations', 'intakes', 'tasks']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const waits = raise.data !== undefined && raise.data.escalation === null;
  const minutes = (duration: string): number => Math.round(isoDurationToMs(duration) / 60_000);
  return (
    <Stack gap="sm">
      {/* Read first; Enter pressed twice raises nothing. */}
      <Text fw={650} tabIndex={-1} ref={said}>
        {t(`redFlag.${body.reasonCode}`)} · {t(`escalations.level.${body.level}`)}
      </Text>
      <Answered query={preview} rows={2}>
        {({ steps, cancelWithin }) => (
          <>
            <Text size="sm">{t('escalations.raiseConfirm', { minutes: minutes(cancelWithin) })}</Text>
            <List size="sm">
              {steps.map((step) => (
                <List.Item key={step.after}>
                  <strong>
                    {minutes(step.after) === 0
                      ? t('escalations.raiseAtOnce')
                      : t('escalations.raiseAfter', { minutes: minutes(step.after) })}
                  </strong>
                  {': '}
                  {step.targets.map((target) => t(`onCallRole.${target}`)).join(', ')}
                  {' – '}
                  {step.people.length === 0 ? t('onCall.nobody') : step.people.map((who) => who.name).join(', ')}
                </List.Item>
              ))}
            </List>
          </>
        )}
      </Answered>
      <ProblemAlert error={raise.error} />
      {waits && (
        <Alert className="hs-alert" data-tone="bad" role="alert" icon={<IconAlertTriangle aria-hidden />}>
          {t('escalations.raiseWaits')}
        </Alert>
      )}
      {!waits && (
        <Group gap="xs">
          {/* Not held up by the preview: help comes first. */}
          <Button size="md" loading={raise.isPending} onClick={() => raise.mutate()}>
            {t('escalations.raiseNow')}
          </Button>
          <Button variant="default" size="md" onClick={onBack}>
            {t('escalations.raiseBack')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
