// The main job in other languages than English: the same way, in the words, the direction and the mail of that language.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { isAccessible } from '../support/accessible';
import { MARGARET, NEW_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';

type Texts = Record<string, Record<string, string>>;

function texts(language: string): Texts {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../../app/locales/${language}.json`), 'utf8')) as Texts;
}

/** People of their own, so that mails and pages of accounts are in their language. */
const PEOPLE = {
  ar: { login: 'layla', email: 'layla@example.org', name: 'ليلى', password: 'seven otters juggle plums' },
  de: { login: 'jonas', email: 'jonas@example.org', name: 'Jonas Weiß', password: 'seven otters juggle plums' },
} as const;

/** How far from the left and from the right edge of the page something begins and ends. */
async function sides(page: Page, selector: string): Promise<{ left: number; right: number }> {
  return page.locator(selector).evaluate((element) => {
    // Of the body: room for a scrollbar is on either side.
    const [box, page] = [element.getBoundingClientRect(), document.body.getBoundingClientRect()];
    return { left: box.left - page.left, right: page.right - box.right };
  });
}

for (const language of ['ar', 'de'] as const) {
  const person = PEOPLE[language];
  const direction = language === 'ar' ? 'rtl' : 'ltr';

  test(`a person gets back in: ${language}`, async ({ visitor, page, post, latchkey }) => {
    const say = (key: string): string => {
      const [space, name] = key.split('.') as [string, string];
      return texts(language)[space]?.[name] ?? key;
    };
    await latchkey.add({ ...person, locale: language });
    await visitor.open('/forgot', 'Forgot your password?');
    await page.getByRole('contentinfo').locator(`button[lang="${language}"]`).click();
    await visitor.sees(say('forgot.title'));
    await expect(page).toHaveURL(/\/forgot$/);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('html')).toHaveAttribute('dir', direction);
    await isAccessible(visitor);

    await visitor.field(say('common.identifier')).fill(person.login);
    await visitor.button(say('forgot.submit')).click();
    await visitor.sees(say('sent.title'));
    await isAccessible(visitor);

    const mail = await post.next('other');
    visitor.keep(mail);
    expect(mail.html).toContain(`<html lang="${language}" dir="${direction}">`);
    await page.goto(mail.link);
    await visitor.sees(say('choose.title'));
    await isAccessible(visitor);

    for (const label of ['password.new', 'password.repeat']) await visitor.field(say(label)).fill('kurz');
    await visitor.button(say('choose.submit')).click();
    await expect(visitor.problem).toContainText(say('refused.password_refused'));
    visitor.watch.guard(NEW_PASSWORD);
    for (const label of ['password.new', 'password.repeat']) await visitor.field(say(label)).fill(NEW_PASSWORD);
    if (visitor.script) await expect(page.locator('.meter')).not.toBeEmpty();
    await visitor.button(say('choose.submit')).click();
    await visitor.sees(say('done.title'));
    const notice = await post.next('other');
    expect(notice.html).toContain(`<html lang="${language}"`);

    await visitor.link(say('done.sign_in')).click();
    await visitor.sees(say('sign_in.title'));
    await visitor.field(say('common.identifier')).fill(person.login);
    await visitor.field(say('sign_in.password')).fill(NEW_PASSWORD);
    await visitor.button(say('sign_in.submit')).click();
    await visitor.sees(say('account.title'));
    await isAccessible(visitor);
    await visitor.button(say('account.sign_out')).click();
    await visitor.sees(say('sign_in.title'));
  });
}

test('a page from right to left is the mirror of one from left to right', async ({ visitor, page }) => {
  await visitor.open('/sign-in', 'Sign in');
  const before = { brand: await sides(page, '.brand'), forgot: await sides(page, '.plate a') };
  await page.locator('.languages button[lang="ar"]').click();
  await visitor.sees(texts('ar')['sign_in']?.['title'] ?? '');
  const after = { brand: await sides(page, '.brand'), forgot: await sides(page, '.plate a') };
  expect(Math.abs(before.brand.left - after.brand.right)).toBeLessThan(2);
  expect(Math.abs(before.forgot.left - after.forgot.right)).toBeLessThan(2);
});

test('what machines read runs from left to right also in Arabic', async ({ visitor, page }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await page.locator('.languages button[lang="ar"]').click();
  const ar = texts('ar');
  await visitor.sees(ar['forgot']?.['title'] ?? '');
  await visitor.field(ar['common']?.['identifier'] ?? '').fill('nobody');
  await visitor.button(ar['forgot']?.['submit'] ?? '').click();
  await visitor.sees(ar['sent']?.['title'] ?? '');
  for (const selector of ['.receipt code', 'input.code']) {
    expect(await page.locator(selector).evaluate((element) => getComputedStyle(element).direction), selector).toBe('ltr');
  }
});

test('a choice lasts, and counts on every page', async ({ visitor, page }) => {
  await visitor.open('/sign-in', 'Sign in');
  await page.locator('.languages button[lang="fr"]').click();
  await visitor.sees('Se connecter');
  await visitor.link('Mot de passe oublié\u202f?').click();
  await visitor.sees('Mot de passe oublié\u202f?');
  await page.locator('.languages button[lang="es"]').click();
  await visitor.sees('¿Ha olvidado su contraseña?');
  await expect(page.locator('.languages button[lang="es"]')).toHaveAttribute('aria-current', 'true');
  await page.locator('.languages button[lang="en"]').click();
  await visitor.sees('Forgot your password?');
});

test('a page without its words works as without JavaScript', { tag: '@script' }, async ({ visitor, page }) => {
  await page.route('**/words/*', (route) => route.fulfill({ status: 404, body: '' }));
  visitor.watch.forgive(/^404 for GET .*\/words\//);
  await page.goto('/forgot');
  await visitor.field('Login name or e-mail address').fill('nobody');
  await visitor.button('Send me a mail').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Check your mail');
  await expect(page.locator('html[data-hydrated]')).toHaveCount(0);
});

test('the console speaks the language of whoever works there', async ({ visitor, page }) => {
  await visitor.openConsole('/admin', 'Overview', MARGARET);
  await page.locator('.languages button[lang="ar"]').click();
  const ar = texts('ar');
  await visitor.reads(ar['admin']?.['overview'] ?? '');
  await isAccessible(visitor);
  for (const [path, key] of Object.entries({ accounts: 'accounts', requests: 'requests', outbox: 'outbox', settings: 'settings', audit: 'audit' })) {
    await page.goto(`/admin/${path}`);
    await visitor.reads(ar['admin']?.[key] ?? '');
    await isAccessible(visitor);
  }
});
