import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian puts it. */
const executablePath = '/usr/bin/chromium';

/** Why tests that look at pages are skipped here; `false` when they are not. */
export const noChromium: string | false = existsSync(executablePath) ? false : 'Chromium is not installed: apt-get install chromium';

/** Starts the system's Chromium, without its network where that can be said. Dispose of it. */
export async function openChromium(): Promise<Browser & AsyncDisposable> {
  // Chromium's own sandbox needs rights that a container rarely gives; the pages looked at are the lab's own.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'] });
}
