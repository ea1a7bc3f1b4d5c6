/**
 * What stands in for a provider of video calls where there is none: a page that shows who is in the room, and no picture.
 * It is on the other side of the port (activities/adapters/video-sandbox.ts): it knows a room's name and a role from a
 * signed ticket, keeps them in memory, and reads nothing of the clinic. Not there in production.
 */
import { participants, readSandboxTicket, sandboxPath } from '../../activities/adapters/video-sandbox.ts';
import type { Participant, RoomEntry } from '../../activities/adapters/video-sandbox.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PageDeclaration, PageSet } from '../pages.ts';
import { html } from '../visit-pages/html.ts';
import { stylePath } from '../visit-pages/style.ts';

const policy = { public: 'a sandbox that knows of nobody: a signed ticket names a room and a role' } as const;
const audit = { none: 'nothing about a patient is known there' } as const;

export function videoSandboxPages(secret: Uint8Array, now: () => number = Date.now): PageSet {
  /** Since when who is in which room. */
  const rooms = new Map<string, Map<Participant, number>>();

  function entryOf(ticket: string): RoomEntry {
    const entry = readSandboxTicket(secret, ticket);
    if (entry === null) throw new DomainError('token-invalid');
    if (now() >= entry.until) throw new DomainError('token-expired');
    return entry;
  }

  const room: PageDeclaration = {
    method: 'GET',
    path: `${sandboxPath}/:token`,
    summary: 'Sandbox: enters a room and shows who is there',
    policy,
    audit,
    handler: async (_context, { params }) => {
      const ticket = params['token'] ?? '';
      const entry = entryOf(ticket);
      for (const [name, people] of rooms) if (people.size === 0) rooms.delete(name);
      const people = rooms.get(entry.room) ?? new Map<Participant, number>();
      rooms.set(entry.room, people);
      if (!people.has(entry.participant)) people.set(entry.participant, now());
      return { html: roomPage(ticket, entry, people) };
    },
  };
  const leave: PageDeclaration = {
    method: 'POST',
    path: `${sandboxPath}/:token/leave`,
    summary: 'Sandbox: leaves a room',
    policy,
    audit,
    handler: async (_context, { params }) => {
      const entry = entryOf(params['token'] ?? '');
      rooms.get(entry.room)?.delete(entry.participant);
      return { html: plain('You have left', html`<p>You can close this page.</p>`) };
    },
  };
  return {
    pages: [room, leave],
    failure: (status) =>
      plain('There is no such room', html`<p>${status === 410 ? 'The time for this visit is over.' : 'Ask for a fresh link.'}</p>`), // prettier-ignore
  };
}

const names: Readonly<Record<Participant, string>> = { patient: 'Patient', provider: 'Clinician' };

function roomPage(ticket: string, entry: RoomEntry, people: ReadonlyMap<Participant, number>): string {
  const line = (who: Participant) => {
    const since = people.get(who);
    return html`<li>
      ${names[who]}${who === entry.participant && ' (you)'}:
      ${since === undefined ? 'not here yet' : html`here since ${new Date(since).toISOString().slice(11, 19)} UTC`}
    </li>`;
  };
  return plain(
    'Video room (sandbox)',
    html`<p class="status">Sandbox</p>
      <p>
        No video provider is connected here, so there is no picture. With one, this is where the call would be. This
        page knows only a room and two roles.
      </p>
      <h2>Who is here</h2>
      <ul>
        ${participants.map(line)}
      </ul>
      <a class="button" href="${sandboxPath}/${ticket}">Look again</a>
      <form method="post" action="${sandboxPath}/${ticket}/leave"><button type="submit">Leave</button></form>`,
  );
}

function plain(title: string, main: ReturnType<typeof html>): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${title}</title>
      <link rel="stylesheet" href="${stylePath}" />
    </head>
    <body>
      <main>
        <div class="card">
          <h1>${title}</h1>
          ${main}
        </div>
      </main>
    </body>
  </html>`;
  return `<!doctype html>\n${page.text}`;
}
