// Takes the pictures of the README from the real thing: npx playwright test --config pictures.config.ts
import { defineConfig } from '@playwright/test';
import config from './playwright.config';

export default defineConfig({
  ...config,
  testDir: 'pictures',
  projects: [{ name: 'pictures', use: { viewport: { width: 460, height: 900 }, colorScheme: 'light' } }],
});
