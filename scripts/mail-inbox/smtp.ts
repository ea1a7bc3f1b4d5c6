/** The SMTP side of the mail catcher: accepts everything from loopback, without TLS and without sign-in. */
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { FaultSwitch } from './fault.ts';
import type { MessageStore } from './store.ts';

const largestMessage = 25 * 1024 * 1024;

export function createSmtpServer(store: MessageStore, faults: FaultSwitch): SMTPServer {
  const server: SMTPServer = new SMTPServer({
    name: 'healthsphere-inbox',
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: largestMessage,
    logger: false,
    onRcptTo({ address }, _session, callback) {
      callback(
        faults.take(['permanent'], [address]) ? refusal(550, '5.1.1 No such mailbox (fault asked for)') : undefined,
      );
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void finish());
      const finish = async () => {
        try {
          callback(await receive(Buffer.concat(chunks)));
        } catch (error) {
          console.error(`A message could not be stored: ${(error as Error).message}`);
          callback(refusal(451, '4.3.0 The message could not be stored'));
        }
      };
      const receive = async (raw: Buffer): Promise<Error | undefined> => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const fault = faults.take(['temporary', 'delay', 'drop'], to);
        if (fault?.mode === 'temporary') return refusal(451, '4.7.1 Try again later (fault asked for)');
        if (fault?.mode === 'delay') await sleep(fault.delayMs, undefined, { ref: false });
        const mail = await simpleParser(raw);
        await store.add({
          channel: 'mail',
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          to,
          subject: mail.subject ?? '',
          messageId: mail.messageId ?? '',
          text: mail.text ?? '',
          raw: raw.toString('base64'),
        });
        // The message is kept, and the sender never learns it: that is what a line cut at the wrong moment does.
        if (fault?.mode === 'drop') for (const connection of server.connections) cut(connection);
        return undefined;
      };
    },
  });
  // A client that hangs up in the middle is the client's affair.
  server.on('error', (error) => console.error(`SMTP: ${error.message}`));
  return server;
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function cut(connection: unknown): void {
  // oxlint-disable-next-line no-underscore-dangle -- the library's own name
  (connection as { _socket?: { destroy(): void } })._socket?.destroy();
}
