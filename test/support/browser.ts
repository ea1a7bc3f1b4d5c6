/** A browser for the web tests. */
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
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

/** What goes wrong on a page from now on. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A refused request is part of the story; a blocked script or style is not.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) errors.push(message.text());
  });
  return errors;
}
