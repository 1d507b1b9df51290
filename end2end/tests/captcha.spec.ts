// The captcha as delivered, and one of a provider: what people see of it, with and without a script.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isAccessible } from '../support/accessible';
import { ADA, OTHER_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import { IDENTIFIER, type Visitor } from '../support/visitor';

/** Sends a form and, where no script runs, waits for its turn. */
async function goesOn(visitor: Visitor, later: (minutes: number) => Promise<void>): Promise<void> {
  if (visitor.script) return;
  await visitor.sees('One moment, please');
  await later(1);
  await visitor.page.reload();
  await visitor.sees('Thank you for waiting');
  await visitor.button('Continue').click();
}

test.describe('proof of work', () => {
  test.use({ environment: { LATCHKEY_SETTINGS__CAPTCHA__PROVIDER: 'proof_of_work' } });

  test('asking for a mail takes no more than it ever did', async ({ visitor, latchkey, post }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await goesOn(visitor, (minutes) => latchkey.later(minutes));
    await visitor.sees('Check your mail');
    await visitor.openLink(await post.next());
  });

  test('it begins with the form, says so, and is ready in time @script', async ({ visitor, page }) => {
    const slow = await page.context().newCDPSession(page);
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await visitor.open('/forgot', 'Forgot your password?');
    const status = page.locator('.captcha [role=status]');
    await expect(status).toHaveCount(0);
    await visitor.field(IDENTIFIER).focus();
    await expect(status).toHaveText('Checked. You can send the form.', { timeout: 3_000 });
    await expect(page.locator('input[name=captcha]')).toHaveValue(/^pow\.forgot\./);
    await isAccessible(visitor);
  });

  test('a form that is sent twice has two answers @script', async ({ visitor }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill('x'.repeat(400));
    await visitor.button('Send me a mail').click();
    await expect(visitor.problem).toContainText('This cannot be a login name');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('Check your mail');
  });

  test('a page reached by a link has it as well @script', async ({ visitor }) => {
    await visitor.open('/sign-in', 'Sign in');
    await visitor.link('Forgot password?').click();
    await visitor.sees('Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('Check your mail');
  });

  test('signing in goes on after failures, whoever is tried', async ({ visitor, latchkey }) => {
    for (let tries = 0; tries < 5; tries += 1) {
      await visitor.open('/sign-in', 'Sign in');
      await visitor.trySignIn(ADA.login, OTHER_PASSWORD);
      if (tries >= 3) await goesOn(visitor, (minutes) => latchkey.later(minutes));
      await expect(visitor.problem).toContainText('do not fit together');
    }
    await visitor.open('/sign-in', 'Sign in');
    await visitor.trySignIn(ADA.login, ADA.password);
    await goesOn(visitor, (minutes) => latchkey.later(minutes));
    await visitor.sees('Your account');
  });

  test('where the script is missing, waiting is the way @script', async ({ visitor, page, latchkey, watch }) => {
    watch.forgive(/captcha\.js/);
    await page.route('**/captcha.js', (route) => route.abort());
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('One moment, please');
    await isAccessible(visitor);
    await latchkey.later(1);
    await page.reload();
    await visitor.sees('Thank you for waiting');
    await isAccessible(visitor);
    await page.keyboard.press('Enter');
    await visitor.sees('Check your mail');
  });
});

test.describe('a provider', () => {
  /** Speaks `siteverify`; knows one token. */
  let double: Server;
  const environment: Record<string, string> = {
    LATCHKEY_SETTINGS__CAPTCHA__PROVIDER: 'turnstile',
    LATCHKEY_SETTINGS__CAPTCHA__SITE_KEY: 'site',
    LATCHKEY_SETTINGS__CAPTCHA__SECRET_KEY: 'secret',
    LATCHKEY_SETTINGS__CAPTCHA__WHEN_PROVIDER_IS_DOWN: 'refuse',
  };
  test.use({
    environment: async ({}, use) => {
      double = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) body += String(part);
        const success = new URLSearchParams(body).get('response')?.startsWith('token-for-forgot') ?? false;
        const verdict = success ? { success, hostname: '127.0.0.1', action: 'forgot' } : { success, 'error-codes': ['invalid-input-response'] };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(verdict));
      }).listen(0, '127.0.0.1');
      await once(double, 'listening');
      const { port } = double.address() as AddressInfo;
      await use({ ...environment, LATCHKEY_SETTINGS__CAPTCHA__VERIFY_URL: `http://127.0.0.1:${port}/siteverify` });
      double.close();
    },
  });

  /** Stands in for the provider's script, as its documentation describes it. */
  const WIDGET = `
    window.turnstile = {
      render(spot, { action, callback }) {
        const box = Object.assign(document.createElement('button'), { type: 'button', textContent: 'I am a person' });
        box.onclick = () => callback('token-for-' + action + Math.random());
        spot.append(box);
        return 'widget';
      },
      reset() {},
    };`;

  test('its widget is shown and its token is checked @script', async ({ visitor, page, watch }) => {
    watch.forgive(/request to another host: https:\/\/challenges\.cloudflare\.com/);
    await page.route('https://challenges.cloudflare.com/**', (route) => route.fulfill({ contentType: 'text/javascript', body: WIDGET }));
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await expect(visitor.button('I am a person')).toBeVisible();
    await visitor.button('Send me a mail').click();
    await expect(page.locator('.captcha [role=status]')).toHaveText(/Please confirm above/);
    await visitor.button('I am a person').click();
    await visitor.button('Send me a mail').click();
    await visitor.sees('Check your mail');
  });

  test('where its script does not come, waiting is the way', async ({ visitor, page, watch, latchkey }) => {
    watch.forgive(/challenges\.cloudflare\.com/);
    await page.route('https://challenges.cloudflare.com/**', (route) => route.abort());
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('One moment, please');
    await latchkey.later(1);
    await page.reload();
    await visitor.button('Continue').click();
    await visitor.sees('Check your mail');
  });
});
