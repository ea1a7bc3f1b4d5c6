/**
 * What has not reached the clinic yet, sealed in this browser, so that a page which is closed, reloaded or killed by the
 * telephone loses nothing (docs/decisions.md, 79). The key is the clinic's: a session that may answer this intake reads it
 * with the questions, and it is held in memory only. What lies here opens nowhere without signing in again.
 */
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';

export interface Draft {
  readonly answers: Answers;
  /** Of the step that these answers were written on: the clinic decides by it what is newer. */
  readonly version: number;
  /** Prefilled questions that the person has decided about. */
  readonly decided: readonly string[];
}

interface Row {
  /** `<intake>/<step>/<page>`: two open pages do not write over each other. */
  readonly place: string;
  readonly at: number;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

/** As long as a link lives, ms. */
export const keptForMs = 72 * 3_600_000;
const shelfName = 'drafts';

/** Where the browser keeps nothing (a private window, no room), there is no copy, and nobody is stopped by that. */
function onShelf<T>(mode: IDBTransactionMode, work: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open('intake', 1);
      opening.addEventListener('upgradeneeded', () =>
        opening.result.createObjectStore(shelfName, { keyPath: 'place' }),
      );
      opening.addEventListener('error', () => resolve(undefined));
      opening.addEventListener('success', () => {
        const database = opening.result;
        const end = (value: T | undefined): void => {
          database.close();
          resolve(value);
        };
        // On the disk when it is said to be: a telephone kills the browser as well as the page.
        const transaction = database.transaction(shelfName, mode, { durability: 'strict' });
        const asked = work(transaction.objectStore(shelfName));
        transaction.addEventListener('complete', () => end(asked.result));
        transaction.addEventListener('abort', () => end(undefined));
      });
    } catch {
      resolve(undefined);
    }
  });
}

const rowsWhere = async (wanted: (row: Row) => boolean): Promise<Row[]> =>
  ((await onShelf<Row[]>('readonly', (shelf) => shelf.getAll() as IDBRequest<Row[]>)) ?? []).filter(wanted);

const removeWhere = async (gone: (row: Row) => boolean): Promise<void> => {
  for (const { place } of await rowsWhere(gone)) await onShelf('readwrite', (shelf) => shelf.delete(place));
};

const isOf =
  (intakeId: string) =>
  (row: Row): boolean =>
    row.place.startsWith(`${intakeId}/`);
const isOld = (row: Row): boolean => row.at < Date.now() - keptForMs;

/** Only pages of https (and of this very machine) may seal. */
async function readKey(text: string | null): Promise<CryptoKey | null> {
  if (text === null || globalThis.crypto?.subtle === undefined) return null;
  const bytes = Uint8Array.from(atob(text), (sign) => sign.codePointAt(0) ?? 0);
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** A sealed draft opens at its own step only. */
const sealedAs = (place: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: 'AES-GCM',
  iv: nonce,
  additionalData: new TextEncoder().encode(place.replace(/\/[^/]*$/, '')),
});

export const newPlace = (intakeId: string, step: IntakeStep): string =>
  `${intakeId}/${step}/${crypto.getRandomValues(new Uint32Array(2)).join('')}`;

/**
 * Keeps the newest draft of one page, and nothing once there is none: each is written as soon as the one before is.
 * @param keyText base64 of 32 bytes; null: nothing is kept
 */
export function draftKeeper(keyText: string | null, place: string): (draft: Draft | null) => void {
  const reading = readKey(keyText);
  let wanted: Draft | null | undefined;
  let busy = false;
  const write = async (draft: Draft | null): Promise<void> => {
    const key = await reading;
    if (key === null) return;
    if (draft === null) return void (await onShelf('readwrite', (shelf) => shelf.delete(place)));
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(draft));
    const sealed = await crypto.subtle.encrypt(sealedAs(place, nonce), key, plain);
    const row: Row = { place, at: Date.now(), nonce, sealed };
    await onShelf('readwrite', (shelf) => shelf.put(row));
  };
  return (draft) => {
    wanted = draft;
    if (busy) return;
    busy = true;
    void (async () => {
      while (wanted !== undefined) {
        const next = wanted;
        wanted = undefined;
        await write(next).catch(() => undefined);
      }
      busy = false;
    })();
  };
}

/** Steps of an intake of which something lies here. */
export async function keptSteps(intakeId: string): Promise<IntakeStep[]> {
  const rows = await rowsWhere(isOf(intakeId));
  return [...new Set(rows.map(({ place }) => place.split('/')[1] as IntakeStep))];
}

/** The newest draft that this key opens; what somebody else left here stays shut until it is too old. */
export async function findDraft(
  keyText: string | null,
  intakeId: string,
  step: IntakeStep,
): Promise<{ readonly place: string; readonly draft: Draft } | null> {
  await sweepDrafts();
  // The clinic gives no key: it takes no more answers.
  if (keyText === null) await dropDrafts(intakeId);
  const key = await readKey(keyText);
  if (key === null) return null;
  const rows = await rowsWhere(isOf(`${intakeId}/${step}`));
  for (const { place, nonce, sealed } of rows.toSorted((a, b) => b.at - a.at)) {
    try {
      const plain = new TextDecoder().decode(await crypto.subtle.decrypt(sealedAs(place, nonce), key, sealed));
      return { place, draft: JSON.parse(plain) as Draft };
    } catch {
      // Another person's, or of before the clinic changed its keys.
    }
  }
  return null;
}

/** It was sent, or is no longer wanted. */
export const dropDrafts = (intakeId: string): Promise<void> => removeWhere(isOf(intakeId));
/** Somebody signs out, or comes by another link: nothing of anybody else stays. */
export const dropOtherDrafts = (intakeId = ''): Promise<void> => removeWhere((row) => !isOf(intakeId)(row));
export const sweepDrafts = (): Promise<void> => removeWhere(isOld);
