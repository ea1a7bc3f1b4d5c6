/**
 * The picture itself is somebody else's. What we ask of them is this port: a way into a room for one participant until an
 * instant. They learn a room's name and a role, never who it is or what it is about. The sandbox stands in for them where
 * there is none: its page (api/appointments/video-sandbox.ts) shows who is in the room, and there is no picture.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const participants = ['patient', 'provider'] as const;
export type Participant = (typeof participants)[number];

export interface RoomEntry {
  readonly room: string;
  readonly participant: Participant;
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface VideoRooms {
  /** Where this participant enters: an address to send the browser to. */
  entryUrl(entry: RoomEntry): string;
}

export const sandboxPath = '/sandbox/video';

export const videoSandbox = (secret: Uint8Array): VideoRooms => ({
  entryUrl: (entry) => `${sandboxPath}/${sandboxTicket(secret, entry)}`,
});

export function sandboxTicket(secret: Uint8Array, { room, participant, until }: RoomEntry): string {
  const claims = `${room}.${participant}.${until}`;
  return `${claims}.${mac(secret, claims)}`;
}

/** The entry of a ticket that is ours, else null. Whether it is over is for the reader to say. */
export function readSandboxTicket(secret: Uint8Array, ticket: string): RoomEntry | null {
  const [room, participant, until, signature, ...rest] = ticket.split('.');
  if (room === undefined || until === undefined || signature === undefined || rest.length > 0) return null;
  const expected = Buffer.from(mac(secret, `${room}.${participant}.${until}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return { room, participant: participant === 'provider' ? 'provider' : 'patient', until: Number(until) };
}

const mac = (secret: Uint8Array, claims: string): string =>
  createHmac('sha256', secret).update(`healthsphere/video-sandbox/1|${claims}`).digest('base64url').slice(0, 32);
