/** A photograph of a card: taken or chosen, sent with a bar that says how far it is, and shown until it is right. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { newKey } from '../../shared/api-client.ts';
import { useSpeech } from '../words.tsx';
import { Photo } from './photo.tsx';
import { useRoom } from './room.tsx';
import { send } from './upload.ts';
import type { Sending, Sent } from './upload.ts';

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
type Trouble = 'size' | 'kind' | 'refused' | 'offline' | 'many' | 'busy';

/** Another try with the same file may go better. */
const mayTryAgain: ReadonlySet<Trouble | null> = new Set<Trouble>(['offline', 'busy']);

interface Job {
  readonly file: File;
  readonly key: string;
}

export function FileInput(props: Props): ReactNode {
  const { id, label, hint, problem, documentId, linkId, onChange } = props;
  const { t } = useSpeech();
  const room = useRoom();
  const [sent, setSent] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [waiting, setWaiting] = useState<Job | null>(null);
  const sending = useRef<Sending | null>(null);
  const input = useRef<HTMLInputElement>(null);

  const { id: intakeId, signedOut } = room;
  const deliver = useCallback(
    async (job: Job): Promise<void> => {
      setTrouble(null);
      setWaiting(job);
      setSent(0);
      const kind = /back/.test(linkId) ? 'insurance-back' : 'insurance-front';
      const now = send(`/api/v1/intakes/${intakeId}/documents?kind=${kind}`, job.file, job.key, setSent);
      sending.current = now;
      const answer = await now.answer;
      // Another file was chosen meanwhile: that one is told about.
      if (sending.current !== now) return;
      sending.current = null;
      setSent(null);
      if (answer.status === 401) return signedOut();
      if (answer.status === -1) return setWaiting(null);
      const wrong = troubleOf(answer);
      setTrouble(wrong);
      if (!mayTryAgain.has(wrong)) setWaiting(null);
      if (wrong === null) onChange(answer.body['id'] as string);
    },
    // What is done with the answer belongs to the field, not to one rendering of it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [intakeId, linkId, signedOut],
  );

  function take(chosen: HTMLInputElement): void {
    const file = chosen.files?.[0];
    if (file === undefined) return;
    sending.current?.stop();
    sending.current = null;
    setSent(null);
    setWaiting(null);
    if (file.size > largest) setTrouble('size');
    else if (file.type !== '' && !accepted.includes(file.type)) setTrouble('kind');
    else void deliver({ file, key: newKey() });
    // The same file may be chosen again.
    chosen.value = '';
  }

  // As soon as the line is back, without anybody pressing anything.
  useEffect(() => {
    if (trouble !== 'offline' || waiting === null) return;
    const again = (): void => void deliver(waiting);
    window.addEventListener('online', again);
    return () => window.removeEventListener('online', again);
  }, [trouble, waiting, deliver]);

  const described = [hint && `${id}-hint`, (problem ?? trouble) && `${id}-error`].filter(Boolean).join(' ');
  const choose = documentId === null ? 'choose' : 'replace';
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
      {waiting !== null && mayTryAgain.has(trouble) && (
        <button type="button" onClick={() => void deliver(waiting)}>
          {t('retry')}
          <span className="hidden"> {label}</span>
        </button>
      )}
      {documentId !== null && sent === null && <Photo key={documentId} documentId={documentId} label={label} />}
      {sent !== null && (
        <div className="sending">
          <label htmlFor={`${id}-progress`}>
            {sent < 1 ? t('intake.file.sending', { percent: Math.floor(sent * 100) }) : t('intake.file.checking')}
          </label>
          <progress id={`${id}-progress`} max={1} value={sent} />
          <button type="button" onClick={() => sending.current?.stop()}>
            {t('intake.file.stop')}
            <span className="hidden"> {label}</span>
          </button>
        </div>
      )}
      {/* The browser's own button speaks the browser's language; the label is one to press. */}
      <input
        id={id}
        ref={input}
        className="hidden"
        type="file"
        accept={accepted}
        aria-describedby={described === '' ? undefined : described}
        onChange={(event) => take(event.currentTarget)}
      />
      <label htmlFor={id} className="button">
        {t(`intake.file.${choose}`)}
      </label>
      {/* On a telephone this one opens the camera at once; the one above lets one choose what was taken before. */}
      <span className="camera">
        <input
          id={`${id}-camera`}
          className="hidden"
          type="file"
          accept="image/*"
          capture="environment"
          onChange={(event) => take(event.currentTarget)}
        />
        <label htmlFor={`${id}-camera`} className="button">
          {t('intake.file.camera')}
          <span className="hidden"> {label}</span>
        </label>
      </span>
      {documentId !== null && (
        <button
          type="button"
          onClick={() => {
            onChange(null);
            // The button is gone with the picture: who works by keyboard stays at the field.
            input.current?.focus();
          }}
        >
          {t('intake.file.remove')}
          <span className="hidden"> {label}</span>
        </button>
      )}
      {/* Said in quarters: each percent would be read aloud. */}
      <p role="status">
        {sent !== null && sent < 1 && (
          <span className="hidden">{t('intake.file.sending', { percent: Math.floor(sent * 4) * 25 })}</span>
        )}
        {documentId !== null && sent === null && t('intake.file.given')}
      </p>
    </div>
  );
}

function troubleOf({ status, body }: Sent): Trouble | null {
  if (status === 201)
    return body['state'] === 'refused' ? 'refused' : typeof body['id'] === 'string' ? null : 'offline';
  if (status === 413) return 'size';
  if (status === 409) return 'many';
  if (status === 429 || status === 503) return 'busy';
  // A proxy that gave up, and a file that broke off on its way.
  if (status === 0 || status >= 500 || body['code'] === 'bad-request') return 'offline';
  return body['code'] === 'document-refused' ? 'refused' : 'kind';
}
