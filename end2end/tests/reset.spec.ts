// The main job: somebody forgot the password, and is back in.
import { ADA, NEW_PASSWORD, OTHER_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import { IDENTIFIER } from '../support/visitor';

test('a person gets back in by the link in the mail', async ({ visitor, post }) => {
  await visitor.open('/', 'Sign in');
  await visitor.link('Forgot password?').click();
  await visitor.sees('Forgot your password?');
  await visitor.field(IDENTIFIER).fill(ADA.login);
  await visitor.button('Send me a mail').click();
  await visitor.sees('Check your mail');
  await expect(visitor.page.getByRole('status').filter({ hasText: 'If there is an account' })).toBeVisible();

  const mail = await post.next();
  expect(mail.to).toContain(ADA.email);
  await visitor.openLink(mail);
  await visitor.choosePassword();
  expect((await post.next('changed')).to).toContain(ADA.email);

  await visitor.link('Sign in').click();
  await visitor.sees('Sign in');
  await visitor.trySignIn(ADA.email, NEW_PASSWORD);
  await visitor.sees('Your account');
  await expect(visitor.page.getByText(`Signed in as ${ADA.login}`)).toBeVisible();
  await visitor.signOut();
  await expect(visitor.page.getByText('You are signed out.')).toBeVisible();
});

test('the old password is over once there is a new one', async ({ visitor, post }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await visitor.choosePassword();
  await visitor.open('/sign-in', 'Sign in');
  await visitor.trySignIn(ADA.login, ADA.password);
  await expect(visitor.problem).toContainText('do not fit together');
});

/** How people type what they read. */
const SPELLINGS: [string, (code: string) => string][] = [
  ['in lower case', (code) => code.toLowerCase()],
  ['with spaces', (code) => ` ${code.slice(0, 2)} ${code.slice(2, 4)} ${code.slice(5)} `],
  ['pasted with a line break', (code) => `${code}\n`],
];
for (const [how, spelled] of SPELLINGS) {
  test(`a person gets back in by the code, ${how}`, async ({ visitor, post }) => {
    await visitor.askForMail();
    const mail = await post.next();
    visitor.keep(mail);
    await visitor.field('Code from the mail').focus();
    await visitor.page.keyboard.insertText(spelled(mail.code));
    await visitor.button('Use this code').click();
    await visitor.sees('Choose a new password');
    await visitor.choosePassword();
    await visitor.signIn(ADA.login, NEW_PASSWORD);
    await visitor.signOut();
  });
}

test('a newcomer walks through the demo without leaving the browser', async ({ visitor, post }) => {
  await visitor.open('/', 'Sign in');
  await visitor.link('Forgot password?').click();
  await visitor.sees('Forgot your password?');
  await visitor.field(IDENTIFIER).fill('Ada@Example.ORG');
  await visitor.button('Send me a mail').click();
  await visitor.sees('Check your mail');
  visitor.keep(await post.next());
  const page = visitor.page;
  await visitor.link('Open the demo mailbox').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mailbox');
  await page.getByRole('link', { name: 'Choose a new password for Latchkey' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Choose a new password for Latchkey');
  await page.frameLocator('iframe').getByRole('link', { name: 'Choose a new password', exact: true }).click();
  await visitor.sees('Choose a new password');
  await visitor.choosePassword();
  await visitor.link('Sign in').click();
  await visitor.sees('Sign in');
  await visitor.trySignIn(ADA.login, NEW_PASSWORD);
  await visitor.sees('Your account');
});

test('whoever finishes first wins when a link is open in two browsers', async ({ visitor, anotherBrowser, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  await visitor.openLink(mail);
  const other = await anotherBrowser();
  await other.openLink(mail);
  await visitor.choosePassword();

  // With JavaScript the page changes without being loaded, so there is no status to see.
  if (!other.script) other.watch.expect(410, '/reset');
  await other.typePasswords(OTHER_PASSWORD);
  await other.button('Save new password').click();
  await other.sees('This link is not valid any more');
  await visitor.signIn(ADA.login, NEW_PASSWORD);
});

test('a mail scanner that opens the link ten times does not use it up', async ({ visitor, post, playwright }) => {
  await visitor.askForMail();
  const mail = await post.next();
  const scanner = await playwright.request.newContext({ userAgent: 'BingPreview/1.0b', extraHTTPHeaders: { purpose: 'prefetch' } });
  expect((await scanner.head(mail.link)).status()).toBe(200);
  for (let times = 0; times < 10; times += 1) expect((await scanner.get(mail.link)).status()).toBe(200);
  expect((await scanner.get(new URL('/account', mail.link).href)).url(), 'the link opens nothing else').toContain('/sign-in');
  await scanner.dispose();
  await visitor.openLink(mail);
  await visitor.choosePassword();
});

test('a name that nobody has gets the same page and no mail', async ({ visitor, post }) => {
  await visitor.askForMail('nobody@example.org');
  const seen = () => visitor.page.getByRole('main').innerText();
  const withoutReceipt = (text: string) => text.replace(/(\w{4}-){3}\w{4}/, '');
  const unknown = withoutReceipt(await seen());
  await visitor.askForMail(ADA.email);
  visitor.keep(await post.next());
  expect(withoutReceipt(await seen())).toBe(unknown);
  expect(await post.count(), 'only Ada has got a mail').toBe(1);
});
