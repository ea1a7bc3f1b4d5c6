/** The questions of one action, and what happens when the server says no. */
import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import { act } from '../api/queries.ts';
import type { ActionBody } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { defaultDays } from '../find/criteria.tsx';
import type { Criteria } from '../find/criteria.tsx';
import { CriteriaFields } from '../find/criteria.tsx';
import { placeKey } from '../find/place.ts';
import type { Place } from '../find/place.ts';
import { Results } from '../find/results.tsx';
import { TakePlace } from '../find/take-place.tsx';
import { TypedTime } from '../find/typed-time.tsx';
import { useWorkplace } from '../lib/session.ts';
import { addDays } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { Papers } from '../consents/papers.tsx';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { ReasonFields, noReason, reasonText, usualReason } from '../parts/reason-fields.tsx';
import { asks, identifiers, reasonsOf } from './forms.ts';

interface FormProps {
  readonly visit: Appointment;
  readonly action: AppointmentAction;
  /** Only times of this day are looked for at first. */
  readonly within?: 'today' | undefined;
  readonly onDone: (visit: Appointment, action: AppointmentAction) => void;
  readonly onCancel: () => void;
}

export function useAct(visit: Appointment, action: AppointmentAction, onDone: FormProps['onDone']) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ActionBody) => act(visit.id, action, body),
    onSuccess: (changed) => {
      onDone(changed, action);
    },
    onSettled: () => {
      for (const key of ['case', 'appointments', 'tasks', 'availability']) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    },
  });
}

export function ActionForm(props: FormProps) {
  switch (asks[props.action]) {
    case 'place':
      return <PlaceForm {...props} />;
    case 'check-in':
      return <CheckInForm {...props} />;
    case 'complete':
      return <CompleteForm {...props} />;
    default:
      return <ReasonForm {...props} />;
  }
}

function ReasonForm({ visit, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useAct(visit, action, onDone);
  const reasons = reasonsOf[action] ?? ['other'];
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
          options={reasons.map((value) => ({ value, label: t(`reason.${value}`) }))}
          unchosen={t('find.chooseType')}
          autoFocus
          data-autofocus
          seenByOthers
        />
        <FormActions verb={t(`action.${action}`)} busy={send.isPending} disabled={reason === ''} cancel={onCancel} />
      </Stack>
    </form>
  );
}

function CheckInForm({ visit, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useAct(visit, action, onDone);
  const [verified, setVerified] = useState<string[]>([]);
  const [waived, setWaived] = useState('');
  const body = (checked: string[]): ActionBody => ({
    identifiersVerified: checked,
    intakeWaivedReason: waived.trim() === '' ? undefined : waived.trim(),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (verified.length >= 2) send.mutate(body(verified));
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <Papers appointmentId={visit.id} />
        <Text size="sm">{t('checkIn.hint')}</Text>
        <Button
          data-autofocus
          autoFocus
          loading={send.isPending}
          onClick={() => send.mutate(body(['name', 'birth-date']))}
        >
          {t('checkIn.usual')}
        </Button>
        <Checkbox.Group label={t('checkIn.others')} value={verified} onChange={setVerified}>
          <Group gap="sm" mt={4}>
            {identifiers.map((value) => (
              <Checkbox key={value} value={value} label={t(`identifier.${value}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <TextInput
          label={t('checkIn.waive')}
          description={t('checkIn.waiveHint')}
          value={waived}
          maxLength={200}
          onChange={(event) => setWaived(event.currentTarget.value)}
        />
        <FormActions
          verb={t('action.check-in')}
          busy={send.isPending}
          disabled={verified.length < 2}
          cancel={onCancel}
        />
      </Stack>
    </form>
  );
}

const noNoteReasons = ['note-elsewhere', 'no-note-needed', 'note-follows', 'other'] as const;

function CompleteForm({ visit, action, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = useAct(visit, action, onDone);
  const [given, setGiven] = useState(usualReason(noNoteReasons[0]));
  const reason = reasonText(given);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== '') send.mutate({ noNoteReason: reason });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <ReasonFields
          value={given}
          onChange={setGiven}
          options={noNoteReasons.map((value) => ({ value, label: t(`reason.${value}`) }))}
          label={t('complete.noNote')}
          description={t('complete.hint')}
          autoFocus
          data-autofocus
        />
        <FormActions verb={t('action.complete')} busy={send.isPending} disabled={reason === ''} cancel={onCancel} />
      </Stack>
    </form>
  );
}

/** Moving a visit asks the same questions as finding a time; the old place stays until the new one is certain. */
function PlaceForm({ visit, action, within, onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const { zone } = useWorkplace();
  const today = useToday(zone);
  const [criteria, setCriteria] = useState<Criteria>({
    type: visit.visitTypeId,
    // Who is late and wants to be seen today may have to see somebody else.
    practitioner: within === 'today' ? '' : (visit.practitionerId ?? ''),
    place: visit.locationId ?? '',
    from: today,
    to: within === 'today' ? today : addDays(today, defaultDays),
    part: '',
  });
  const [place, setPlace] = useState<Place | null>(null);
  const send = useAct(visit, action, onDone);
  return (
    <Stack gap="sm">
      <Text size="sm">{action === 'reschedule' ? t('case.moveHint') : t('case.bookHint')}</Text>
      <CriteriaFields
        fixedType
        value={criteria}
        onChange={(next) => {
          setPlace(null);
          setCriteria({ ...criteria, ...next });
        }}
      />
      {place !== null && (
        <div className="hs-card" role="region" aria-label={t('find.chosen')}>
          <TakePlace
            key={placeKey(place)}
            place={place}
            verb={t(`action.${action}`)}
            commit={(wish) =>
              send.mutateAsync({
                start: wish.place.start,
                practitionerId: wish.place.practitionerId,
                locationId: wish.place.locationId,
                fold: wish.fold,
                overbookReason: wish.overbookReason,
              })
            }
            onDone={() => undefined}
            onPick={setPlace}
          />
        </div>
      )}
      <Results
        criteria={criteria}
        patientId={visit.patientId}
        picked={place}
        onPick={setPlace}
        onChange={(next) => setCriteria({ ...criteria, ...next })}
      />
      <TypedTime criteria={criteria} onPick={setPlace} />
      <div>
        <Button variant="default" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
    </Stack>
  );
}
