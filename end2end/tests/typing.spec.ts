// What pages do while somebody types. Advice only: the same form works without any of it, which the other tests show.
import type { Locator } from '@playwright/test';
import { ADA, NEW_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';

test.describe('while a password is typed', { tag: '@script' }, () => {
  test.beforeEach(async ({ visitor, post }) => {
    await visitor.askForMail();
    await visitor.openLink(await post.next());
  });

  function rule(visitor: Visitor, words: string): Locator {
    return visitor.page.getByRole('listitem').filter({ hasText: words });
  }

  test('the checklist says the same as the server', async ({ visitor }) => {
    const rules: [string, string][] = [
      ['too_short', 'At least 15 characters long'],
      ['common', 'Not a common password'],
      ['contains_context', 'Not built around your name'],
    ];
    for (const password of ['short', 'password1234567890', 'AdaLovelace-1815-AdaLovelace', NEW_PASSWORD, 'ﬁfteen ligature']) {
      const answered = visitor.page.waitForResponse('**/password-policy/check');
      await visitor.field('New password').fill(password);
      const verdict = (await (await answered).json()) as { violations: string[]; strength: number };
      for (const [code, words] of rules) {
        await expect(rule(visitor, words), `${password}: ${code}`).toContainText(verdict.violations.includes(code) ? 'still missing' : 'done');
      }
      await expect(visitor.page.locator('.meter')).toHaveAttribute('data-strength', String(verdict.strength));
    }
  });

  test('four bars show how hard it is to guess', async ({ visitor }) => {
    const [meter, bars] = [visitor.page.locator('.meter'), await visitor.page.locator('.meter i').all()];
    expect(bars).toHaveLength(4);
    await visitor.field('New password').fill('short');
    await expect(meter).toHaveAttribute('data-strength', '0');
    const empty = await visitor.page.locator('.meter i').first().evaluate((bar) => getComputedStyle(bar).backgroundColor);
    await visitor.field('New password').fill(NEW_PASSWORD);
    await expect(meter).toHaveAttribute('data-strength', '4');
    for (const bar of bars) {
      await expect(bar).toBeVisible();
      await expect(bar).not.toHaveCSS('background-color', empty);
    }
  });

  test('what the browser can know itself is said at once', async ({ visitor }) => {
    await visitor.page.route('**/password-policy/check', (route) => route.fulfill({ status: 204 }));
    const length = rule(visitor, 'At least 15 characters long');
    await visitor.field('New password').pressSequentially('fourteen signs');
    await expect(length).toContainText('still missing');
    await visitor.field('New password').pressSequentially('!');
    await expect(length).toContainText('done');
  });

  test('what was typed stays when the form is refused', async ({ visitor }) => {
    await visitor.typePasswords(NEW_PASSWORD, 'nine badgers polish nothing');
    await visitor.button('Save new password').click();
    await expect(visitor.problem).toContainText('not the same');
    await expect(visitor.field('New password')).toHaveValue(NEW_PASSWORD);
  });

  test('a minute before its end the page says so, and then that it is over', async ({ visitor, page }) => {
    await page.clock.install();
    await page.reload();
    await visitor.sees('Choose a new password');
    await page.clock.fastForward('29:05');
    await expect(visitor.page.getByRole('status').filter({ hasText: 'One minute left' })).toBeVisible();
    await page.clock.fastForward('01:05');
    await expect(visitor.page.getByRole('status').filter({ hasText: 'has run out' })).toBeVisible();
  });
});

test('a form works before the page has come alive', { tag: '@script' }, async ({ visitor, page, post }) => {
  await page.route('**/*.wasm', (route) => route.abort('aborted'));
  visitor.watch.forgive(/fetch/);
  await page.goto('/forgot');
  await expect(page.locator('html[data-hydrated]')).toHaveCount(0);
  await visitor.field('Login name or e-mail address').fill(ADA.login);
  await visitor.button('Send me a mail').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your mail');
  expect((await post.next()).to).toContain(ADA.email);
});

test('a double click asks once', { tag: '@script' }, async ({ visitor, page, post }) => {
  await page.route('**/form/request_reset', async (route) => {
    // Answered when both clicks have been made.
    await clicked;
    await route.continue();
  });
  await visitor.open('/forgot', 'Forgot your password?');
  await visitor.field('Login name or e-mail address').fill(ADA.login);
  const clicked = visitor.button('Send me a mail').dblclick();
  await visitor.sees('Check your mail');
  expect(visitor.watch.addresses().filter((address) => address === 'POST /form/request_reset')).toHaveLength(1);
  await post.next();
  expect(await post.count()).toBe(1);
});

test('going from page to page loads none', { tag: '@script' }, async ({ visitor }) => {
  await visitor.open('/sign-in', 'Sign in');
  await visitor.link('Forgot password?').click();
  await visitor.sees('Forgot your password?');
  await visitor.link('Back to sign-in').click();
  await visitor.sees('Sign in');
  expect(visitor.watch.addresses().filter((address) => /^GET \/(sign-in|forgot)$/.test(address))).toEqual(['GET /sign-in']);
});
