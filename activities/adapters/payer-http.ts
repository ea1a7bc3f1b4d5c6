/** X12 over HTTP: one 270 in, one 271 out. Everything but an answer is an absence with a code; no text of the payer passes. */

export interface Payer {
  /** @throws PayerAway */
  ask(x12: string): Promise<string>;
}

export class PayerAway extends Error {
  override readonly name = 'PayerAway';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const longestAnswer = 512 * 1024;

/** @param withinMs for the whole answer */
export function payerOverHttp(baseUrl: string, withinMs = 10_000): Payer {
  const url = new URL('x12/270', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  return {
    async ask(x12) {
      const signal = AbortSignal.timeout(withinMs);
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/edi-x12', accept: 'application/edi-x12' },
          body: x12,
          redirect: 'error',
          signal,
        });
        if (!response.ok) {
          await response.body?.cancel();
          throw new PayerAway(`http-${response.status}`);
        }
        return await textOf(response);
      } catch (error) {
        if (error instanceof PayerAway) throw error;
        throw new PayerAway(signal.aborted ? 'timeout' : 'unreachable');
      }
    },
  };
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  if (response.body === null) return text;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestAnswer) throw new PayerAway('too-large');
  }
  return text;
}
