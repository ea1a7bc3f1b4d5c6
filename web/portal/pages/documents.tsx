/** What the patient signed, word by word, and taking it back. Loaded when it is asked for. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { chooseLanguage } from '../../../domain/language.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';
import { Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { dateWords, localDate, ownZone } from '../times.ts';
import { languages, useSpeech } from '../words.tsx';

type Signed = Answer<'GET /patients/:id/consents'>['items'][number];

/** What became of it: nothing, or when it was taken back, or that a later word stands in its place. */
function useWords() {
  const { t, language } = useSpeech();
  const day = (at: string) => dateWords(localDate(at, ownZone()), language);
  return {
    said: (one: Signed) =>
      one.event === 'declined'
        ? t('documents.declined', { date: day(one.at) })
        : t('documents.signed', { name: one.typedName ?? '', date: day(one.at) }),
    since: (one: Signed, all: readonly Signed[]) => {
      const back = all.find(({ revokes }) => revokes === one.id);
      if (back !== undefined) return t('documents.takenBack', { date: day(back.at) });
      return one.event === 'signed' && !one.inForce ? t('documents.newer') : null;
    },
    written: (one: Signed) =>
      t('documents.version', {
        version: one.version,
        language: t(`lang.${chooseLanguage([one.locale], languages)}`),
      }),
  };
}

export function Documents(): ReactNode {
  const { t } = useSpeech();
  const { guard } = useSession();
  const { patientId } = usePatient();
  const words = useWords();
  const done = usePlace().query.get('done') !== null;
  const read = () => guard(api('GET /patients/:id/consents', { params: { id: patientId } }));
  const loaded = useLoaded(`documents:${patientId}`, read);
  if (loaded.kind !== 'ready') return <Waiting title={t('documents.title')} state={loaded} />;
  const { items } = loaded.value;
  const signed = items.filter(({ event }) => event !== 'revoked');
  return (
    <Page title={t('documents.title')}>
      {done && (
        <p className="done" role="status">
          {t('documents.done')}
        </p>
      )}
      <p>{signed.length === 0 ? t('documents.none') : t('documents.hint')}</p>
      {signed.map((one) => {
        const since = words.since(one, items);
        return (
          <section className="card" key={one.id} aria-labelledby={one.id}>
            <h2 className="first" id={one.id} lang={one.locale} dir="auto">
              {one.title}
            </h2>
            <p>{words.said(one)}</p>
            {since !== null && <p>{since}</p>}
            <p className="hint">{words.written(one)}</p>
            <Link to={`/documents/${one.id}`} className="button">
              {t('documents.read')}
              <span className="hidden" lang={one.locale}>
                {' '}
                {one.title}
              </span>
            </Link>
          </section>
        );
      })}
      <Link to="/profile" className="button">
        {t('back')}
      </Link>
    </Page>
  );
}

function useDocument(id: string) {
  const { guard } = useSession();
  const { patientId } = usePatient();
  return useLoaded(`document:${id}`, () =>
    guard(api('GET /patients/:id/consents/:consentId', { params: { id: patientId, consentId: id } })),
  );
}

export function SignedText({ id }: { readonly id: string }): ReactNode {
  const { t } = useSpeech();
  const words = useWords();
  const loaded = useDocument(id);
  if (loaded.kind !== 'ready') return <Waiting title={t('documents.title')} state={loaded} />;
  const one = loaded.value;
  const [, ...paragraphs] = one.text.split('\n\n');
  return (
    <Page title={one.title}>
      <p>{words.said(one)}</p>
      <p className="hint">{words.written(one)}</p>
      <div lang={one.locale} dir="auto">
        {paragraphs.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
      {one.inForce && (
        <Link to={`/documents/${id}/take-back`} className="button">
          {t('documents.takeBack')}
        </Link>
      )}
      <Link to="/documents" className="button">
        {t('back')}
      </Link>
    </Page>
  );
}

export function TakeBack({ id }: { readonly id: string }): ReactNode {
  const { t } = useSpeech();
  const { guard } = useSession();
  const { patientId } = usePatient();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const loaded = useDocument(id);
  if (loaded.kind !== 'ready') return <Waiting title={t('documents.takeBack.title')} state={loaded} />;
  const { title, locale } = loaded.value;
  async function takeBack(): Promise<void> {
    try {
      const params = { id: patientId, consentId: id };
      await guard(api('POST /patients/:id/consents/:consentId/revoke', { params, body: {} }));
      navigate('/documents', { done: 'taken-back' }, { replace: true });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }
  return (
    <Page title={t('documents.takeBack.title')} problems={problems}>
      <p lang={locale} dir="auto">
        <strong>{title}</strong>
      </p>
      <p>{t('documents.takeBack.help')}</p>
      <Form onSubmit={takeBack} label={t('documents.takeBack.yes')} danger />
      <Link to={`/documents/${id}`} className="button">
        {t('documents.takeBack.no')}
      </Link>
    </Page>
  );
}
