/** Choosing a day, then a time: the same two questions for booking and for moving. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';
import { Choices, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { Choice, FieldProblem } from '../parts.tsx';
import { Link, navigate } from '../router.tsx';
import type { Query } from '../router.tsx';
import { useSession } from '../session.tsx';
import { clocksDiffer, clockTime, dayName, localDate, localHour, ownZone, zoneName } from '../times.ts';
import { useSpeech } from '../words.tsx';

export type Slot = Answer<'GET /availability'>['items'][number];
export interface Wanted {
  readonly visitTypeId: string;
  /** `any`, `p:<practitioner>` or `l:<location>`. */
  readonly who: string;
}

const day = 86_400_000;
const windowDays = 14;
const mostSlots = 500;

const narrowing = (who: string) => ({
  ...(who.startsWith('p:') && { practitionerId: who.slice(2) }),
  ...(who.startsWith('l:') && { locationId: who.slice(2) }),
});

/** The same wish as the waiting list asks it. */
const asWish = (who: string): Query =>
  who.startsWith('p:') ? { who: who.slice(2) } : who.startsWith('l:') ? { where: who.slice(2) } : {};

/** Several people may be free at the same time: the time is offered once. */
export function oncePerStart(slots: readonly Slot[]): Slot[] {
  const seen = new Map<string, Slot>();
  for (const slot of slots) if (!seen.has(slot.start)) seen.set(slot.start, slot);
  return [...seen.values()];
}

interface DayProps {
  readonly here: string;
  readonly next: string;
  readonly answers: Query;
  readonly wanted: Wanted;
  readonly step?: string | undefined;
  /** What is known already for "tell me when something earlier is free". */
  readonly earlier?: Query | undefined;
  readonly children?: ReactNode;
}

export function ChooseDay({ here, next, answers, wanted, step, earlier, children }: DayProps): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const weeks = Math.max(0, Number(answers['window'] ?? 0) || 0);
  const [chosen, setChosen] = useState(answers['day'] ?? '');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [now] = useState(() => Date.now());
  const from = new Date(now + weeks * windowDays * day);
  const to = new Date(from.getTime() + windowDays * day);
  const slots = useLoaded(`days:${wanted.visitTypeId}:${wanted.who}:${weeks}`, async () => {
    // A busy clinic has more free times in two weeks than one answer holds: the next answer begins after the last time.
    const all: Slot[] = [];
    // A day is offered whole or not at all: the window's first date may begin before its first moment.
    for (let begin = new Date(from.getTime() - (weeks === 0 ? 0 : day)).toISOString(); ;) {
      const query = {
        visitTypeId: wanted.visitTypeId,
        from: begin,
        to: to.toISOString(),
        limit: mostSlots,
        ...narrowing(wanted.who),
      };
      const { items } = await guard(api('GET /availability', { query }));
      all.push(...items);
      const last = items.at(-1);
      if (last === undefined || items.length < mostSlots || Date.parse(last.start) + 1 >= to.getTime()) return all;
      begin = new Date(Date.parse(last.start) + 1).toISOString();
    }
  });
  if (slots.kind !== 'ready') return <Waiting title={t('book.day')} state={slots} />;
  const days = new Map<string, Slot[]>();
  for (const slot of oncePerStart(slots.value)) {
    const date = localDate(slot.start, slot.timeZone);
    const isInside =
      date >= localDate(from.toISOString(), slot.timeZone) && date < localDate(to.toISOString(), slot.timeZone);
    if (!isInside) continue;
    days.set(date, [...(days.get(date) ?? []), slot]);
  }
  const choices = [...days].map(([date, free]): Choice => ({
    value: date,
    label: dayName(free[0]!.start, free[0]!.timeZone, language),
    hint: `(${t('book.free', { count: free.length })})`,
  }));
  const submit = () => {
    if (!days.has(chosen)) return setProblems([{ field: 'day-0', text: t('book.needDay') }]);
    const answered = { ...answers, day: chosen };
    navigate(here, answered, { replace: true });
    navigate(next, answered);
  };
  const span = t('book.range', {
    from: dayName(from.toISOString(), ownZone(), language),
    to: dayName(new Date(to.getTime() - day).toISOString(), ownZone(), language),
  });
  return (
    <Page title={t('book.day')} step={step} problems={problems}>
      {children}
      <p className="hint">{span}</p>
      {choices.length === 0 ? (
        <>
          <p>{t('book.noDays')}</p>
          <p>{t('book.noDaysHint')}</p>
        </>
      ) : (
        <Form onSubmit={submit} label={t('continue')}>
          <Choices
            name="day"
            legend={t('book.day')}
            value={chosen}
            onChange={setChosen}
            problems={problems}
            choices={choices}
          />
        </Form>
      )}
      <p className="pair">
        {weeks > 0 && (
          <Link to={here} query={{ ...answers, window: String(weeks - 1), day: undefined }} className="button">
            {t('book.earlier')}
          </Link>
        )}
        <Link to={here} query={{ ...answers, window: String(weeks + 1), day: undefined }} className="button">
          {t('book.later')}
        </Link>
      </p>
      <Link
        to={earlier?.['visit'] === undefined ? '/wait/visit' : '/wait/who'}
        query={{ type: wanted.visitTypeId, ...asWish(wanted.who), ...earlier }}
        className="button"
      >
        {t('visit.earlier')}
      </Link>
    </Page>
  );
}

interface TimeProps {
  readonly dayPage: string;
  readonly answers: Query;
  readonly wanted: Wanted;
  readonly step?: string | undefined;
  readonly label: string;
  /** @returns what went wrong, with other times where the server named some */
  readonly onChosen: (slot: Slot) => Promise<TimeRefusal | null>;
}

export interface TimeRefusal {
  readonly text: string;
  readonly alternatives: readonly Slot[];
}

export function ChooseTime({ dayPage, answers, wanted, step, label, onChosen }: TimeProps): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const date = answers['day'] ?? '';
  const [chosen, setChosen] = useState(answers['start'] ?? '');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [alternatives, setAlternatives] = useState<readonly Slot[]>([]);
  const slots = useLoaded(`times:${wanted.visitTypeId}:${wanted.who}:${date}`, async () => {
    // A day is at most 26 hours long, and the clinic's may begin 14 hours before or after UTC's.
    const midnight = Date.parse(`${date}T00:00:00Z`);
    if (Number.isNaN(midnight)) return [];
    const query = {
      visitTypeId: wanted.visitTypeId,
      from: new Date(Math.max(Date.now(), midnight - 15 * 3_600_000)).toISOString(),
      to: new Date(Math.max(Date.now() + 1_000, midnight + day + 15 * 3_600_000)).toISOString(),
      limit: mostSlots,
      ...narrowing(wanted.who),
    };
    const { items } = await guard(api('GET /availability', { query }));
    return oncePerStart(items.filter((slot) => localDate(slot.start, slot.timeZone) === date));
  });
  const title = t('book.time', {
    day: /^\d{4}-\d{2}-\d{2}$/.test(date) ? dayName(`${date}T12:00:00Z`, 'UTC', language) : '',
  });
  if (slots.kind !== 'ready') return <Waiting title={title} state={slots} />;
  const all = [...slots.value, ...alternatives];
  const first = slots.value[0];

  async function submit(): Promise<void> {
    const slot = all.find(({ start }) => start === chosen);
    if (slot === undefined) return setProblems([{ field: 'time-0', text: t('book.needTime') }]);
    const refusal = await onChosen(slot);
    if (refusal === null) return;
    setProblems([{ text: refusal.text }]);
    setAlternatives(refusal.alternatives);
    setChosen('');
    await slots.again();
  }

  const parts = [
    ['book.morning', 0, 12],
    ['book.afternoon', 12, 17],
    ['book.evening', 17, 24],
  ] as const;
  const choice = (slot: Slot, withDay: boolean): Choice => ({
    value: slot.start,
    label: `${withDay ? `${dayName(slot.start, slot.timeZone, language)}, ` : ''}${clockTime(slot.start, slot.timeZone, language)}`,
    hint: clocksDiffer(slot.start, slot.timeZone)
      ? `(${t('book.zoneHere', { time: clockTime(slot.start, ownZone(), language) })})`
      : undefined,
  });
  return (
    <Page title={title} step={step} problems={problems}>
      {first !== undefined && (
        <p className="hint">{t('book.zone', { zone: zoneName(first.start, first.timeZone, language) })}</p>
      )}
      {all.length === 0 ? (
        <p>{t('book.noTimes')}</p>
      ) : (
        <Form onSubmit={submit} label={label}>
          {alternatives.length > 0 && (
            <Choices
              name="other"
              legend={t('book.alternatives')}
              showLegend
              value={chosen}
              onChange={setChosen}
              choices={alternatives.map((slot) => choice(slot, true))}
            />
          )}
          {parts.map(([key, fromHour, toHour], k) => {
            const within = slots.value.filter(
              ({ start, timeZone }) => localHour(start, timeZone) >= fromHour && localHour(start, timeZone) < toHour,
            );
            if (within.length === 0) return null;
            const isFirst = parts
              .slice(0, k)
              .every(
                ([, a, b]) =>
                  !slots.value.some(
                    ({ start, timeZone }) => localHour(start, timeZone) >= a && localHour(start, timeZone) < b,
                  ),
              );
            return (
              <Choices
                key={key}
                name={isFirst ? 'time' : `time-${key}`}
                legend={t(key)}
                showLegend
                columns
                value={chosen}
                onChange={setChosen}
                problems={isFirst ? problems : []}
                choices={within.map((slot) => choice(slot, false))}
              />
            );
          })}
        </Form>
      )}
      <Link to={dayPage} query={answers} className="button">
        {t('book.otherDay')}
      </Link>
    </Page>
  );
}
