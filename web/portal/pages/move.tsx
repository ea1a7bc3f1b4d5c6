/** Moving a visit: the present time stays until the new one is certain. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Facts, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { Link, navigate } from '../router.tsx';
import { useSession } from '../session.tsx';
import { clocksDiffer, fullTime, ownZone } from '../times.ts';
import { useSpeech } from '../words.tsx';
import { useAnswers } from './book-what.tsx';
import { alternativesOf } from './book-when.tsx';
import type { VisitView } from './visit-words.tsx';
import { ChooseDay, ChooseTime } from './when.tsx';

interface Props {
  readonly id: string;
}

function useVisit(id: string) {
  const { language } = useSpeech();
  const { guard } = useSession();
  return useLoaded(`move:${id}:${language}`, () => guard(api('GET /appointments/:id', { params: { id } })));
}

const whoOf = (answers: Readonly<Record<string, string | undefined>>, visit: VisitView): string =>
  answers['who'] ?? (visit.practitionerId === null ? 'any' : `p:${visit.practitionerId}`);

export function MoveDay({ id }: Props): ReactNode {
  const { t, language } = useSpeech();
  const answers = useAnswers();
  const visit = useVisit(id);
  if (visit.kind !== 'ready') return <Waiting title={t('move.title')} state={visit} />;
  const view = visit.value;
  const who = whoOf(answers, view);
  const here = `/visits/${id}/move`;
  return (
    <ChooseDay
      key={`${who}:${answers['window'] ?? 0}`}
      here={here}
      next={`${here}/time`}
      answers={answers}
      wanted={{ visitTypeId: view.visitTypeId, who }}
      earlier={{ visit: id, mode: view.mode }}
    >
      {view.start !== null && (
        <p>{t('move.now', { time: fullTime(view.start, view.timeZone ?? ownZone(), language) })}</p>
      )}
      {view.rescheduleCount > 0 && <p className="hint">{t('visit.moved', { count: view.rescheduleCount })}</p>}
      {view.practitioner !== null && (
        <p>
          {who === 'any' ? (
            <Link to={here} query={{ ...answers, who: undefined, day: undefined }}>
              {t('move.only', { name: view.practitioner.name })}
            </Link>
          ) : (
            <>
              {t('move.same', { name: view.practitioner.name })}{' '}
              <Link to={here} query={{ ...answers, who: 'any', day: undefined }}>
                {t('move.anyone')}
              </Link>
            </>
          )}
        </p>
      )}
    </ChooseDay>
  );
}

export function MoveTime({ id }: Props): ReactNode {
  const { t } = useSpeech();
  const answers = useAnswers();
  const visit = useVisit(id);
  if (visit.kind !== 'ready') return <Waiting title={t('move.title')} state={visit} />;
  const here = `/visits/${id}/move/time`;
  return (
    <ChooseTime
      dayPage={`/visits/${id}/move`}
      answers={answers}
      wanted={{ visitTypeId: visit.value.visitTypeId, who: whoOf(answers, visit.value) }}
      label={t('continue')}
      onChosen={(slot) => {
        const answered = { ...answers, start: slot.start, with: slot.practitionerId };
        navigate(here, answered, { replace: true });
        navigate(`/visits/${id}/move/check`, { ...answered, zone: slot.timeZone });
        return Promise.resolve(null);
      }}
    />
  );
}

export function MoveCheck({ id }: Props): ReactNode {
  const { t, language } = useSpeech();
  const { guard } = useSession();
  const answers = useAnswers();
  const visit = useVisit(id);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [key] = useState(() => crypto.randomUUID());
  if (visit.kind !== 'ready') return <Waiting title={t('move.check')} state={visit} />;
  const view = visit.value;
  const zone = answers['zone'] ?? view.timeZone ?? ownZone();
  const { start, with: practitionerId } = answers;

  async function submit(): Promise<void> {
    if (start === undefined) return navigate(`/visits/${id}/move`, answers, { replace: true });
    try {
      const body = { start, ...(practitionerId !== undefined && { practitionerId }) };
      await guard(
        api('POST /appointments/:id/:action', { params: { id, action: 'reschedule' }, body, idempotencyKey: key }),
      );
      navigate(`/visits/${id}`, { done: 'moved' }, { replace: true });
    } catch (error) {
      const others = alternativesOf(error).map((slot) => fullTime(slot.start, slot.timeZone, language));
      setProblems([
        { text: problemText(error, t) },
        ...(isCode(error, 'slot-taken') && others.length > 0
          ? [{ text: `${t('book.alternatives')} ${others.join('; ')}` }]
          : []),
      ]);
    }
  }

  const to = start ?? view.start ?? '';
  return (
    <Page title={t('move.check')} problems={problems}>
      <Facts
        rows={[
          ...(view.start === null
            ? []
            : [[t('move.from'), fullTime(view.start, view.timeZone ?? zone, language)] as const]),
          [t('move.to'), <strong key="to">{fullTime(to, zone, language)}</strong>],
          ...(clocksDiffer(to, zone) ? [[t('visit.whenHere'), fullTime(to, ownZone(), language)] as const] : []),
        ]}
      />
      <p className="hint">{t('move.keep')}</p>
      <Form onSubmit={submit} label={t('move.confirm')} />
      <Link to={`/visits/${id}/move/time`} query={answers} className="button">
        {t('book.another')}
      </Link>
      <Link to={`/visits/${id}`} className="button">
        {t('move.not')}
      </Link>
    </Page>
  );
}
