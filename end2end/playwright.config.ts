// Latchkey in a real browser. Every test starts a server of its own (see support/latchkey.ts), so there is nothing to start here.
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import type { Options } from './support/test';

/** Debian's browser where it is installed, first the one without windows, which takes half the time; else the one Playwright brings. */
const installed = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));
const browser = installed === undefined ? {} : { executablePath: installed };

export default defineConfig<Options>({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Bounds for a busy machine; a test that passes takes seconds.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./support/verdict.ts']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...browser,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        // As in a browser with windows: what is of another site has a process of its own.
        '--site-per-process',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  // What only a script can do is tested where one runs, under the tag @script; what does not depend on the screen on one, under @wide.
  projects: [
    { name: 'desktop', use: { viewport: { width: 1280, height: 800 } } },
    { name: 'phone', use: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }, grepInvert: /@wide/ },
    { name: 'no-js', use: { viewport: { width: 1280, height: 800 }, javaScriptEnabled: false }, grepInvert: /@script/ },
  ],
});
