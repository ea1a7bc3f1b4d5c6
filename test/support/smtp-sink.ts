/** A mail server inside the test that keeps what it gets and misbehaves on request. */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export type SmtpFault =
  | { kind: 'none' }
  /** 451 at the end of the message: try again later. */
  | { kind: 'temporary' }
  /** 550 for the recipient: never. */
  | { kind: 'permanent' }
  /** Accepts after this many milliseconds. */
  | { kind: 'slow'; delayMs: number }
  /** Takes the whole message and cuts the line before answering: the sender cannot know. */
  | { kind: 'drop' };

export interface SinkMessage {
  recipients: string[];
  raw: string;
  mail: ParsedMail;
}

export interface SmtpSink {
  url: string;
  /** Everything accepted so far; a dropped message was received and is here too, as a real server's would be. */
  messages: SinkMessage[];
  /** Attempts, the refused ones included. */
  attempts: () => number;
  fault(fault: SmtpFault): void;
  /** @throws after `timeoutMs`, saying what did arrive */
  waitFor(matches: (message: SinkMessage) => boolean, timeoutMs?: number): Promise<SinkMessage>;
  stop(): Promise<void>;
}

export async function startSmtpSink(): Promise<SmtpSink> {
  const messages: SinkMessage[] = [];
  let fault: SmtpFault = { kind: 'none' };
  let attempts = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo(_address, _session, callback) {
      if (fault.kind !== 'permanent') return callback();
      attempts += 1;
      return callback(reply(550, 'No such mailbox'));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        attempts += 1;
        void answer(Buffer.concat(chunks), fault);
      });
      const answer = async (raw: Buffer, now: SmtpFault) => {
        let refusal: Error | undefined;
        try {
          await accept(raw, now);
        } catch (error) {
          refusal = error as Error;
        }
        callback(refusal);
      };
      const accept = async (raw: Buffer, now: SmtpFault): Promise<void> => {
        if (now.kind === 'temporary') throw reply(451, 'Try again later');
        if (now.kind === 'slow') await sleep(now.delayMs, undefined, { ref: false });
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        messages.push({ recipients, raw: raw.toString('utf8'), mail: await simpleParser(raw) });
        if (now.kind === 'drop') for (const connection of server.connections) closeSocket(connection);
      };
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    attempts: () => attempts,
    fault: (next) => (fault = next),
    async waitFor(matches, timeoutMs = 5000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const found = messages.find(matches);
        if (found) return found;
        if (Date.now() > deadline) {
          const seen = messages.map(({ recipients, mail }) => `${recipients.join(', ')}: ${mail.subject}`).join('; ');
          throw new Error(`The mail did not arrive within ${timeoutMs} ms. Arrived: ${seen || 'nothing'}.`);
        }
        await sleep(20);
      }
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** smtp-server keeps the socket in a field its types do not name. */
function closeSocket(connection: unknown): void {
  // oxlint-disable-next-line no-underscore-dangle -- the library's own name
  const socket = (connection as { _socket?: { destroy(): void } })._socket;
  socket?.destroy();
}
