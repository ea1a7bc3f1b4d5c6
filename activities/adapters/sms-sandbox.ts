import type { ShortChannel } from '../channels.ts';
import { sandboxChannel } from './sandbox.ts';

/** SMS whose messages the inbox page shows. A real provider takes its place behind the same port. */
export const smsSandbox = (mailInboxUrl: string): ShortChannel => sandboxChannel('sms', mailInboxUrl);
