// The whole way back with the keyboard alone, and the focus always where a person expects it.
import { expect, type Locator } from '@playwright/test';
import { ADA, NEW_PASSWORD } from '../support/people';
import { FACTS, NEW_ADDRESS, TITLE, switchOn } from '../support/recovery';
import { test } from '../support/test';
import { IDENTIFIER, type Visitor } from '../support/visitor';

/** No page has more stops than this. */
const STOPS = 20;

/** Presses Tab until the element has the focus, which has to be seen. */
async function tabTo(visitor: Visitor, element: Locator): Promise<void> {
  const focused = () => element.evaluate((node) => node === document.activeElement);
  for (let stops = 0; stops < STOPS && !(await focused()); stops += 1) {
    await visitor.page.keyboard.press('Tab');
    await hasVisibleFocus(visitor);
  }
  await expect(element).toBeFocused();
}

/** Whatever has the focus shows it with an outline. */
async function hasVisibleFocus(visitor: Visitor): Promise<void> {
  const outline = await visitor.page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'none needed';
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 1 ? `missing on ${element.outerHTML}` : 'there';
  });
  expect(outline, 'outline of what has the focus').not.toContain('missing');
}

async function type(visitor: Visitor, label: string, text: string): Promise<void> {
  await tabTo(visitor, visitor.field(label));
  await visitor.page.keyboard.type(text);
}

test('a person gets back in without touching a mouse', async ({ visitor, page, post }) => {
  await visitor.open('/sign-in', 'Sign in');
  await page.keyboard.press('Tab');
  await expect(visitor.link('Skip to the content')).toBeFocused();
  await expect(visitor.link('Skip to the content')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await tabTo(visitor, visitor.link('Forgot password?'));
  await page.keyboard.press('Enter');
  await visitor.sees('Forgot your password?');
  await type(visitor, IDENTIFIER, ADA.login);
  await page.keyboard.press('Enter');
  await visitor.sees('Check your mail');
  const mail = await post.next();
  visitor.keep(mail);
  await type(visitor, 'Code from the mail', mail.code);
  await tabTo(visitor, visitor.button('Use this code'));
  await page.keyboard.press('Space');
  await visitor.sees('Choose a new password');
  visitor.watch.guard(NEW_PASSWORD);
  await type(visitor, 'New password', NEW_PASSWORD);
  await type(visitor, 'Repeat the new password', NEW_PASSWORD);
  await tabTo(visitor, visitor.button('Save new password'));
  await page.keyboard.press('Enter');
  await visitor.sees('Your password is changed');
  await tabTo(visitor, visitor.link('Sign in'));
  await page.keyboard.press('Enter');
  await visitor.sees('Sign in');
  await type(visitor, IDENTIFIER, ADA.login);
  await type(visitor, 'Password', NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await visitor.sees('Your account');
  await tabTo(visitor, visitor.button('Sign out'));
  await page.keyboard.press('Enter');
  await visitor.sees('Sign in');
});

test('a person recovers without touching a mouse', async ({ visitor, page, post, latchkey }) => {
  await switchOn(latchkey);
  await visitor.open('/forgot', 'Forgot your password?');
  await tabTo(visitor, visitor.link('I no longer have this mailbox'));
  await page.keyboard.press('Enter');
  await visitor.sees(TITLE);
  await type(visitor, 'E-mail address on file', FACTS.email);
  await type(visitor, 'Social security number', FACTS.social);
  // Whether the day or the month comes first depends on where the browser is at home; here they are the same.
  await type(visitor, 'Date of birth', FACTS.born.split('-').reverse().join(''));
  await expect(visitor.field('Date of birth')).toHaveValue(FACTS.born);
  await page.keyboard.press('Enter');
  await visitor.sees('Your new mailbox');
  await type(visitor, 'New e-mail address', NEW_ADDRESS);
  await page.keyboard.press('Enter');
  await visitor.sees('Check your new mailbox');
  const mail = await post.next('recovery code');
  visitor.keep(mail);
  await type(visitor, 'Code from the mail', mail.code);
  await page.keyboard.press('Enter');
  await visitor.sees('Choose a new password');
  visitor.watch.guard(NEW_PASSWORD);
  await type(visitor, 'New password', NEW_PASSWORD);
  await type(visitor, 'Repeat the new password', NEW_PASSWORD);
  await tabTo(visitor, visitor.button('Save new password'));
  await page.keyboard.press('Enter');
  await visitor.sees('Your account is yours again');
});

test('the focus goes to what went wrong', async ({ visitor, page, post }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await tabTo(visitor, visitor.button('Send me a mail'));
  await page.keyboard.press('Enter');
  await expect(visitor.problem).toBeFocused();
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  for (let times = 0; times < 2; times += 1) {
    await tabTo(visitor, visitor.button('Save new password'));
    await page.keyboard.press('Enter');
    await visitor.sees('Choose a new password');
    await expect(visitor.problem).toBeFocused();
  }
});

test('a page that comes without a page load gives the focus to its heading', { tag: '@script' }, async ({ visitor, page }) => {
  await visitor.open('/sign-in', 'Sign in');
  await visitor.link('Forgot password?').click();
  await visitor.sees('Forgot your password?');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});

test('help opens and closes from the keyboard', async ({ visitor, page }) => {
  await visitor.askForMail();
  const summary = page.locator('summary');
  await tabTo(visitor, summary);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Look into the spam or junk folder.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Look into the spam or junk folder.')).toBeHidden();
});
