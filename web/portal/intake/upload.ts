/** Sending a file: `fetch` tells nothing while it sends. */

export interface Sent {
  /** 0: no answer came, or it took too long; -1: the person stopped it. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sending {
  readonly answer: Promise<Sent>;
  stop(): void;
}

/** The server waits a minute; a line that says nothing for longer is no line, ms. */
const longestMs = 120_000;

/** @param key kept for the repeats of one file, so that it is filed once */
export function send(url: string, file: File, key: string, onProgress: (part: number) => void): Sending {
  const request = new XMLHttpRequest();
  const answer = new Promise<Sent>((resolve) => {
    // A line that is gone says nothing to a request that is under way; the telephone knows.
    const cut = (): void => {
      resolve({ status: 0, body: {} });
      request.abort();
    };
    window.addEventListener('offline', cut);
    request.addEventListener('loadend', () => window.removeEventListener('offline', cut));
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
    request.timeout = longestMs;
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    request.setRequestHeader('idempotency-key', key);
    request.setRequestHeader('accept', 'application/json');
    request.upload.addEventListener('progress', (event) =>
      onProgress(event.lengthComputable ? event.loaded / event.total : 0),
    );
    request.addEventListener('load', done);
    for (const name of ['error', 'timeout'] as const)
      request.addEventListener(name, () => resolve({ status: 0, body: {} }));
    request.addEventListener('abort', () => resolve({ status: -1, body: {} }));
    request.send(file);
  });
  return { answer, stop: () => request.abort() };
}
