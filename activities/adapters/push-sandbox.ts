import type { ShortChannel } from '../channels.ts';
import { sandboxChannel } from './sandbox.ts';

/** Push whose messages the inbox page shows. A real provider takes its place behind the same port. */
export const pushSandbox = (mailInboxUrl: string): ShortChannel => sandboxChannel('push', mailInboxUrl);
