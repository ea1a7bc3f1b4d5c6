/** A file that was sent, as the clinic has it: a picture once its scan found nothing, and words until then. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { useSpeech } from '../words.tsx';

type Stand = 'quarantined' | 'picture' | 'file' | 'refused' | null;

/** A scan takes a second; where none runs, nobody asks for ever. */
const askAgainMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;

export function Photo({ documentId, label }: { readonly documentId: string; readonly label: string }): ReactNode {
  const { t } = useSpeech();
  const [stand, setStand] = useState<Stand>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    let asked = 0;
    const ask = async (): Promise<void> => {
      const found = await api('GET /documents/:id/state', { params: { id: documentId } }).catch(() => null);
      if (!current) return;
      if (found !== null)
        setStand(found.state === 'clean' ? (found.contentType.startsWith('image/') ? 'picture' : 'file') : found.state);
      const wait = askAgainMs[asked];
      asked += 1;
      if ((found === null || found.state === 'quarantined') && wait !== undefined) timer = setTimeout(() => void ask(), wait); // prettier-ignore
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [documentId]);
  const address = `/api/v1/documents/${documentId}`;
  switch (stand) {
    case 'picture':
      return <img className="photo" src={address} alt={label} />;
    case 'file':
      return (
        <p>
          <a href={address} download>
            {t('intake.file.open')}
            <span className="hidden"> {label}</span>
          </a>
        </p>
      );
    case 'refused':
      return (
        <p className="field-error" role="alert">
          {t('errors.prefix')} {t('intake.file.refused')}
        </p>
      );
    case 'quarantined':
      return <p className="hint">{t('intake.file.checking')}</p>;
    default:
      return null;
  }
}
