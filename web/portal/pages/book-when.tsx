import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { isCode, problemText } from '../problems.ts';
import { navigate } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { useSpeech } from '../words.tsx';
import { stepText, useAnswers, useVisitTypes } from './book-what.tsx';
import { ChooseDay, ChooseTime } from './when.tsx';
import type { Slot, TimeRefusal } from './when.tsx';

function useStep(step: 'day' | 'time'): string {
  const { t } = useSpeech();
  const { type } = useAnswers();
  const types = useVisitTypes();
  return stepText(t, step, types.kind === 'ready' ? types.value.find(({ id }) => id === type) : undefined);
}

export function BookDay(): ReactNode {
  const answers = useAnswers();
  const step = useStep('day');
  const wanted = { visitTypeId: answers.type ?? '', who: answers['who'] ?? 'any' };
  return (
    <ChooseDay
      key={`${answers['window'] ?? 0}`}
      here="/book/day"
      next="/book/time"
      answers={answers}
      wanted={wanted}
      step={step}
      earlier={{ mode: answers['mode'] }}
    />
  );
}

export function BookTime(): ReactNode {
  const { t } = useSpeech();
  const { patientId } = usePatient();
  const { guard } = useSession();
  const answers = useAnswers();
  const step = useStep('time');
  // One key for each time that is tried: a lost answer is found again, a second try of another time is another request.
  const [keys] = useState(() => new Map<string, string>());

  async function hold(slot: Slot): Promise<TimeRefusal | null> {
    const idempotencyKey = keys.get(slot.start) ?? crypto.randomUUID();
    keys.set(slot.start, idempotencyKey);
    try {
      const { id } = await guard(
        api('POST /appointments', {
          idempotencyKey,
          body: {
            patientId,
            visitTypeId: answers.type ?? '',
            practitionerId: slot.practitionerId,
            ...(slot.locationId !== null && { locationId: slot.locationId }),
            mode: modeOf(answers['mode']),
            start: slot.start,
            hold: true,
          },
        }),
      );
      const answered = { ...answers, start: slot.start };
      navigate('/book/time', answered, { replace: true });
      navigate('/book/check', { ...answered, hold: id });
      return null;
    } catch (error) {
      keys.delete(slot.start);
      return { text: problemText(error, t), alternatives: alternativesOf(error) };
    }
  }
  const wanted = { visitTypeId: answers.type ?? '', who: answers['who'] ?? 'any' };
  return (
    <ChooseTime
      dayPage="/book/day"
      answers={answers}
      wanted={wanted}
      step={step}
      label={t('continue')}
      onChosen={hold}
    />
  );
}

const modeOf = (mode: string | undefined): 'in-person' | 'video' | 'phone' =>
  mode === 'video' || mode === 'phone' ? mode : 'in-person';

/** Up to five other times, named by a 409 slot-taken. */
export function alternativesOf(error: unknown): Slot[] {
  if (!isCode(error, 'slot-taken', 'outside-availability', 'patient-overlap', 'offer-expired')) return [];
  const found = error.data['alternatives'];
  return Array.isArray(found)
    ? (found as Slot[]).filter(({ start, timeZone }) => typeof start === 'string' && typeof timeZone === 'string')
    : [];
}
