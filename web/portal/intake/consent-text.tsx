/** The whole text that is agreed to, above the question, as it is hashed with the signature: nobody signs a summary. */
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { useLoaded } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { useSpeech } from '../words.tsx';

export function ConsentText({ linkId }: { readonly linkId: string }): ReactNode {
  const { t, language } = useSpeech();
  const kind = /^consents\.agree\.(.+)$/.exec(linkId)?.[1];
  const loaded = useLoaded(`consent:${kind}:${language}`, async () => {
    if (kind === undefined) return null;
    const { items } = await api('GET /consent-documents', { query: { language } });
    return items.find((document) => document.kind === kind) ?? null;
  });
  if (kind === undefined) return null;
  if (loaded.kind === 'loading') return <p role="status">{t('loading')}</p>;
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
  const document = loaded.value;
  if (document === null) return null;
  const [, ...paragraphs] = document.text.split('\n\n');
  return (
    // A region that scrolls must be reachable by the keyboard. Its text may be in another language than the page.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="card document" aria-labelledby="document" tabIndex={0} lang={document.locale} dir="auto">
      <h2 id="document" className="first">
        {document.title}
      </h2>
      {paragraphs.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <p className="hint">{t('intake.consent.version', { version: document.version })}</p>
    </section>
  );
}
