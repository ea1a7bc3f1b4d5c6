/** The whole text that is agreed to, above the question: nobody signs a summary. */
import type { ReactNode } from 'react';
import { useLoaded } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { useSpeech } from '../words.tsx';
import { consentText } from './consent-texts.ts';

export function ConsentText({ linkId }: { readonly linkId: string }): ReactNode {
  const { t, language } = useSpeech();
  const kind = /^consents\.agree\.(.+)$/.exec(linkId)?.[1];
  const loaded = useLoaded(`consent:${kind}:${language}`, () =>
    kind === undefined ? Promise.resolve(null) : consentText(kind, language),
  );
  if (loaded.kind === 'loading') return <p role="status">{kind === undefined ? '' : t('loading')}</p>;
  if (loaded.kind === 'failed') {
    return (
      <div className="note">
        <p>{problemText(loaded.error, t)}</p>
        <button type="button" onClick={() => void loaded.again()}>
          {t('retry')}
        </button>
      </div>
    );
  }
  const text = loaded.value;
  if (text === null) return null;
  return (
    // A region that scrolls must be reachable by the keyboard.
    <section className="card document" aria-labelledby="document" tabIndex={0}>
      <h2 id="document" className="first">
        {text.title}
      </h2>
      <p>{text.summary}</p>
      {text.sections.map(({ heading, paragraphs }) => (
        <div key={heading}>
          <h3>{heading}</h3>
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
      ))}
    </section>
  );
}
