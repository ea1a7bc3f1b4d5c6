/** The last page on the way to the waiting list: everything that was answered, and one press. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Facts, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import { useAnswers } from './book-what.tsx';
import { listOf, timesOf, usualNotice, wishOf } from './wait-answers.ts';
import { useStep } from './wait-questions.tsx';
import { daysText, noticeText, placeText, timeText, weekdays } from './wish-words.tsx';

export function WaitCheck(): ReactNode {
  const { t, language } = useSpeech();
  const { patientId } = usePatient();
  const { guard } = useSession();
  const answers = useAnswers();
  const step = useStep('check');
  const { wish, type, visit, mode } = answers as Readonly<Record<string, string | undefined>>;
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [waitsAlready, setWaitsAlready] = useState(false);
  const replaced = visit === undefined || visit === 'none' ? null : visit;
  const title = t(wish === undefined ? 'wait.check' : 'wait.checkChange');
  const known = useLoaded(`wait-check:${type}:${replaced}:${language}`, async () => {
    const [types, people, places, current] = await Promise.all([
      guard(api('GET /visit-types')),
      guard(api('GET /practitioners')),
      guard(api('GET /locations')),
      replaced === null ? null : guard(api('GET /appointments/:id', { params: { id: replaced } })),
    ]);
    return { types: types.items, people: people.items, places: places.items, current };
  });
  // One key for one set of answers: a lost answer is found again, another set is another request.
  const [key] = useState(() => crypto.randomUUID());
  if (known.kind !== 'ready') return <Waiting title={title} state={known} />;
  const { types, people, places, current } = known.value;
  const namesOf = (all: readonly { readonly id: string; readonly name: string }[], ids: readonly string[]): string[] =>
    all.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  const { timeFrom, timeTo } = timesOf(answers);
  const days = listOf(answers['days']);

  async function submit(): Promise<void> {
    try {
      setProblems([]);
      if (wish !== undefined) {
        const params = { id: wish, action: 'change' as const };
        await guard(api('POST /waitlist-entries/:id/:action', { params, body: { wish: wishOf(answers) } }));
        return navigate(`/waiting/${wish}`, { done: 'changed' }, { replace: true });
      }
      const body = {
        patientId,
        visitTypeIds: [type ?? ''],
        ...wishOf(answers),
        ...(replaced === null ? {} : { currentAppointmentId: replaced }),
        modes: types
          .find(({ id }) => id === type)
          ?.modes.filter((one) => mode === undefined || mode === 'any' || one === mode),
      };
      const joined = await guard(api('POST /waitlist-entries', { body, idempotencyKey: key }));
      navigate(`/waiting/${joined.id}`, { done: 'joined' }, { replace: true });
    } catch (error) {
      setWaitsAlready(isCode(error, 'already-waiting'));
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={title} step={step} problems={problems}>
      <Facts
        rows={[
          [t('visit.what'), types.find(({ id }) => id === type)?.name ?? ''],
          ...(current?.start == null
            ? []
            : [[t('wait.instead'), fullTime(current.start, current.timeZone ?? ownZone(), language)] as const]),
          [
            t('visit.who'),
            placeText(namesOf(people, listOf(answers['who'])), namesOf(places, listOf(answers['where'])), t, language),
          ],
          [
            t('wait.days'),
            daysText(
              weekdays.filter((day) => days.includes(day)),
              t,
              language,
            ),
          ],
          [t('wait.time'), timeText(timeFrom, timeTo, t, language)],
          [t('wait.noticeRow'), noticeText(Number(answers['notice'] ?? usualNotice), language)],
        ]}
      />
      <p>{t('wait.lead')}</p>
      <Form onSubmit={submit} label={wish === undefined ? t('wait.confirm') : t('save')} />
      {waitsAlready && (
        <Link to="/waiting" className="button">
          {t('wait.see')}
        </Link>
      )}
      <Link to="/wait/who" query={answers} className="button">
        {t('wait.again')}
      </Link>
    </Page>
  );
}
