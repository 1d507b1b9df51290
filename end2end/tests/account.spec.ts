// Signing in and out, the own account, and sessions.
import { ADA, NEW_PASSWORD, OTHER_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';

async function change(visitor: Visitor, current: string, password: string): Promise<void> {
  visitor.watch.guard(current);
  await visitor.field('Current password').fill(current);
  await visitor.typePasswords(password);
  await visitor.button('Change password').click();
}

test('a wrong password and an unknown name are told the same', async ({ visitor }) => {
  const told: string[] = [];
  for (const [identifier, password] of [
    [ADA.login, OTHER_PASSWORD],
    ['nobody', OTHER_PASSWORD],
    ['alan', OTHER_PASSWORD],
    [`${ADA.email}.invalid`, ADA.password],
  ] as const) {
    await visitor.open('/sign-in', 'Sign in');
    await visitor.trySignIn(identifier, password);
    await expect(visitor.problem).toContainText('do not fit together');
    told.push(`${visitor.page.url()} ${await visitor.page.getByRole('main').innerText()}`);
  }
  expect(new Set(told).size, told.join('\n')).toBe(1);
});

test('the fields of the sign-in form are ones that password managers fill in', async ({ visitor }) => {
  await visitor.open('/sign-in', 'Sign in');
  await expect(visitor.field('Login name or e-mail address')).toHaveAttribute('autocomplete', 'username');
  await expect(visitor.field('Password')).toHaveAttribute('autocomplete', 'current-password');
});

test('after signing out the back button shows nothing', async ({ visitor, page }) => {
  await visitor.signIn(ADA.login, ADA.password);
  await page.reload();
  await visitor.sees('Your account');
  await visitor.signOut();
  for (let steps = 0; steps < 2; steps += 1) {
    await page.goBack();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
    await expect(page.getByText('Signed in as')).toHaveCount(0);
  }
});

test('pages for signed-in people lead others to the sign-in, and then back', async ({ visitor, page }) => {
  await page.goto('/account');
  await visitor.sees('Sign in');
  await expect(page.getByText('Please sign in to go on.')).toBeVisible();
  await visitor.trySignIn(ADA.login, ADA.password);
  await visitor.sees('Your account');
  expect(new URL(page.url()).pathname).toBe('/account');
});

test('the start page is the one that the visitor needs', async ({ visitor }) => {
  await visitor.open('/', 'Sign in');
  await visitor.signIn(ADA.login, ADA.password);
  await visitor.open('/', 'Your account');
});

test('a session on another device can be ended from here', async ({ visitor, anotherBrowser }) => {
  const other = await anotherBrowser();
  await other.signIn(ADA.login, ADA.password);
  await visitor.signIn(ADA.email, ADA.password);
  const sessions = visitor.page.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: 'this device' })).toHaveCount(1);
  await visitor.button(/^End/).click();
  await expect(visitor.page.getByText('That session has ended.')).toBeVisible();
  await expect(sessions).toHaveCount(1);
  await other.page.reload();
  await other.sees('Sign in');
  await visitor.open('/account', 'Your account');
});

test('a password is changed by whoever knows the current one', async ({ visitor, anotherBrowser, post }) => {
  const other = await anotherBrowser();
  await other.signIn(ADA.login, ADA.password);
  await visitor.signIn(ADA.login, ADA.password);

  await change(visitor, OTHER_PASSWORD, NEW_PASSWORD);
  await expect(visitor.problem).toContainText('The current password is not right');
  await expect(visitor.field('Current password')).toHaveAttribute('aria-invalid', 'true');
  await change(visitor, ADA.password, 'too short');
  await expect(visitor.problem).toContainText('This password cannot be used yet');

  await change(visitor, ADA.password, NEW_PASSWORD);
  await expect(visitor.page.getByText('Your password is changed.')).toBeVisible();
  for (const label of ['Current password', 'New password', 'Repeat the new password']) {
    await expect(visitor.field(label)).toHaveValue('');
  }
  expect((await post.next('changed')).to).toContain(ADA.email);
  await other.page.reload();
  await other.sees('Sign in');
  await visitor.signOut();
  await visitor.signIn(ADA.login, NEW_PASSWORD);
});

test('a reset ends every session', async ({ visitor, anotherBrowser, post }) => {
  const other = await anotherBrowser();
  await other.signIn(ADA.login, ADA.password);
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await visitor.choosePassword();
  await other.page.reload();
  await other.sees('Sign in');
});

test('an opened link does not sign anybody in', async ({ visitor, post, page }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await page.goto('/account');
  await visitor.sees('Sign in');
});

test('a session that is not used ends by itself', async ({ visitor, latchkey, page }) => {
  await visitor.signIn(ADA.login, ADA.password);
  await latchkey.later(31);
  await page.reload();
  await visitor.sees('Sign in');
});

test('password managers find the page to change a password', async ({ visitor, page }) => {
  await visitor.signIn(ADA.login, ADA.password);
  await page.goto('/.well-known/change-password');
  await visitor.sees('Your account');
  await expect(visitor.field('Current password')).toHaveAttribute('autocomplete', 'current-password');
  await expect(visitor.field('New password')).toHaveAttribute('autocomplete', 'new-password');
});

test('an address without a page says so', async ({ visitor }) => {
  for (const path of ['/nothing/here', '/favicon.ico.php', '/administration', '/reset/undone']) await visitor.open(path, 'Page not found', 404);
  await visitor.link('Go to the start page').click();
  await visitor.sees('Sign in');
});
