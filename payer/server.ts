/**
 * The payer sandbox: X12 270 in, 271 out (`POST /x12/270`), members (`PUT /control/members`) and misbehaviour
 * (`PUT /control/behaviour`). Loopback only; no real payer speaks like the control routes.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { answerFor, memberOf, readInquiry, rejectionOf } from './answer.ts';
import { behaviourSchema, memberSchema, type Behaviour } from './behaviour.ts';
import type { PayerStore } from './store.ts';

export const x12Type = 'application/edi-x12';
const longest = 256 * 1024;

export function createPayerServer(store: PayerStore, now: () => Date = () => new Date()): Server {
  let behaviour: Behaviour = { mode: 'none', delayMs: 0 };

  function take(): Behaviour {
    const applied = behaviour;
    const { count } = applied;
    if (count !== undefined) behaviour = count > 1 ? { ...applied, count: count - 1 } : { mode: 'none', delayMs: 0 };
    return applied;
  }

  async function eligibility(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await read(request, x12Type);
    const inquiry = readInquiry(text);
    const at = now().toISOString();
    const { mode, delayMs } = take();
    const say = (answered: string, body: string): void => {
      store.note({ at, trace: inquiry?.trace ?? '', answered });
      send(response, 200, x12Type, body);
    };
    if (mode === 'down') {
      store.note({ at, trace: inquiry?.trace ?? '', answered: 'nothing' });
      request.socket.destroy();
      return;
    }
    if (mode === 'slow') await sleep(delayMs, undefined, { ref: false });
    if (mode === 'garbage') return say('garbage', 'ISA*00*<html>502 Bad Gateway</html>');
    if (inquiry === undefined) return send(response, 400, 'text/plain', 'not a 270');
    if (mode === 'aaa-42') return say('AAA 42', rejectionOf(inquiry, '42', at));
    const member = memberOf(inquiry.memberId, store.members);
    const answered =
      mode === 'wrong-member' && member !== undefined ? { ...member, memberId: 'SOMEBODYELSE1' } : member;
    say(member === undefined ? 'AAA 75' : member.active ? 'EB 1' : 'EB 6', answerFor(inquiry, answered, at));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (body: unknown): void => send(response, 200, 'application/json', JSON.stringify(body));
    switch (`${request.method} ${new URL(request.url ?? '/', 'http://payer').pathname}`) {
      case 'POST /x12/270':
        return eligibility(request, response);
      case 'GET /health':
        return json({ status: 'ok' });
      case 'GET /control':
        return json({ behaviour, asked: store.asked(), members: [...store.members.values()] });
      case 'PUT /control/behaviour':
        behaviour = behaviourSchema.parse(JSON.parse(await read(request, 'application/json')));
        return json(behaviour);
      case 'PUT /control/members': {
        const member = memberSchema.parse(JSON.parse(await read(request, 'application/json')));
        store.enrol(member);
        return json(member);
      }
      default:
        return send(response, 404, 'text/plain', 'There is nothing here.');
    }
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const ours = !(error instanceof z.ZodError || error instanceof SyntaxError);
      if (ours) console.error(error);
      send(
        response,
        ours ? 500 : 400,
        'text/plain',
        ours ? 'The sandbox failed; its log says why.' : 'This is not accepted.',
      );
    });
  });
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

/** A type that no foreign page can send without being asked about. */
async function read(request: IncomingMessage, type: string): Promise<string> {
  if (request.headers['content-type']?.startsWith(type) !== true) throw new SyntaxError(`Content-Type must be ${type}`);
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longest) throw new SyntaxError('The body is too large');
  }
  return text;
}
