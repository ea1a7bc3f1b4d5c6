/** A photograph of a card: taken or chosen, sent with a bar that says how far it is, and shown until it is right. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { newKey } from '../../shared/api-client.ts';
import { useSpeech } from '../words.tsx';
import { useRoom } from './room.tsx';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly hideLabel: boolean;
  readonly hint: string | undefined;
  readonly problem: string | undefined;
  readonly linkId: string;
  readonly documentId: string | null;
  readonly onChange: (documentId: string | null) => void;
}

/** Bytes; the server's bound. */
const largest = 10 * 1024 * 1024;
const accepted = 'image/jpeg,image/png,image/heic,image/heif,application/pdf';
type Trouble = 'size' | 'kind' | 'refused' | 'offline';

export function FileInput(props: Props): ReactNode {
  const { id, label, hint, problem, documentId } = props;
  const { t } = useSpeech();
  const room = useRoom();
  const [sent, setSent] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    setTrouble(null);
    if (file.size > largest) return setTrouble('size');
    setSent(0);
    const kind = /back/.test(props.linkId) ? 'insurance-back' : 'insurance-front';
    const answer = await upload(`/api/v1/intakes/${room.id}/documents?kind=${kind}`, file, setSent);
    setSent(null);
    if (answer.status === 401) return room.signedOut();
    if (answer.status === 0) return setTrouble('offline');
    const { id: document, state } = answer.body as { id?: string; state?: string };
    if (answer.status !== 201 || document === undefined) return setTrouble(answer.status === 413 ? 'size' : 'kind');
    if (state === 'refused') return setTrouble('refused');
    props.onChange(document);
  }

  const described = [hint && `${id}-hint`, (problem ?? trouble) && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id} className={props.hideLabel ? 'hidden' : undefined}>
        {label} <span className="optional">{t('intake.optional')}</span>
      </label>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {(problem !== undefined || trouble !== null) && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {t('errors.prefix')} {trouble === null ? problem : t(`intake.file.${trouble}`)}
        </p>
      )}
      {documentId !== null && <Photo documentId={documentId} label={label} />}
      {/* The browser's own button speaks the browser's language; the label is one to press. */}
      <input
        id={id}
        className="hidden"
        type="file"
        accept={accepted}
        aria-describedby={described === '' ? undefined : described}
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      <label htmlFor={id} className="button">
        {t('intake.file.choose')}
      </label>
      {/* On a telephone this one opens the camera at once; the one above lets one choose what was taken before. */}
      <span className="camera">
        <input
          id={`${id}-camera`}
          className="hidden"
          type="file"
          accept="image/*"
          capture="environment"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
        <label htmlFor={`${id}-camera`} className="button">
          {t('intake.file.camera')}
          <span className="hidden"> {label}</span>
        </label>
      </span>
      <div role="status">
        {sent !== null && (
          <p>
            <label htmlFor={`${id}-progress`}>{t('intake.file.sending', { percent: Math.round(sent * 100) })}</label>{' '}
            <progress id={`${id}-progress`} max={1} value={sent} />
          </p>
        )}
        {documentId !== null && sent === null && <p>{t('intake.file.given')}</p>}
      </div>
      {documentId !== null && (
        <button type="button" onClick={() => props.onChange(null)}>
          {t('intake.file.remove')}
          <span className="hidden"> {label}</span>
        </button>
      )}
    </div>
  );
}

/** A PDF, or a picture that is still being checked, has nothing to show: then the words beside it stand alone. */
export function Photo({ documentId, label }: { readonly documentId: string; readonly label: string }): ReactNode {
  const [broken, setBroken] = useState(false);
  if (broken) return null;
  return <img className="photo" src={`/api/v1/documents/${documentId}`} alt={label} onError={() => setBroken(true)} />;
}

/** `fetch` tells nothing while it sends. @returns status 0 when no answer came */
function upload(
  url: string,
  file: File,
  onProgress: (part: number) => void,
): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const done = (): void => {
      let body: Record<string, unknown> = {};
      try {
        body = JSON.parse(request.responseText) as Record<string, unknown>;
      } catch {
        // An answer that is none is judged by its status.
      }
      resolve({ status: request.status, body });
    };
    request.open('POST', url);
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    request.setRequestHeader('idempotency-key', newKey());
    request.setRequestHeader('accept', 'application/json');
    request.upload.addEventListener('progress', (event) =>
      onProgress(event.lengthComputable ? event.loaded / event.total : 0),
    );
    request.addEventListener('load', done);
    request.addEventListener('error', done);
    request.send(file);
  });
}
