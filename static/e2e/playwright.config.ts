import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// Debian's Chromium, if it is there; else the one that Playwright knows.
const chromium = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((p) => existsSync(p));

// Which lessons the newcomer plays: drawn once, and inherited by the workers.
process.env.NEWCOMER ??= new Date().toISOString();

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  globalSetup: './server.ts',
  // Limits for what never comes, not expectations: a busy machine is several times slower.
  timeout: 240_000,
  expect: { timeout: 40_000 },
  fullyParallel: true,
  workers: 2,
  retries: 1, // one that passes the second time is listed as flaky: a fault to look for, not a reason to stop everybody
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    colorScheme: 'light',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
