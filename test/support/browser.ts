/** A browser for the web tests. */
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { sharedServer } from './servers.ts';

export async function launchBrowser(): Promise<Browser> {
  const { path } = await sharedServer('browser');
  // As root, Chromium refuses to start with its sandbox; in a container /dev/shm is too small for it.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: path,
    args: [
      ...asRoot,
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
