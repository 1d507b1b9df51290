// Choosing a password: what is refused, how it is said, and that a refusal costs nothing.
import { ADA, NEW_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';

test.beforeEach(async ({ visitor, post }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
});

/** A password, and the rule that it breaks. */
const REFUSED: [string, string, string][] = [
  ['too short', 'kettle heron', 'At least 15 characters long'],
  ['common', 'password1234567890', 'Not a common password'],
  ['built around the own name', 'AdaLovelace-1815-AdaLovelace', 'Not built around your name'],
  ['too long', 'otters '.repeat(40), 'No more than 256 characters'],
];
for (const [what, password, rule] of REFUSED) {
  test(`a password that is ${what} is refused, and the link still works`, async ({ visitor }) => {
    await visitor.typePasswords(password);
    await visitor.button('Save new password').click();
    await expect(visitor.problem).toContainText('This password cannot be used yet');
    await expect(visitor.page.getByRole('listitem').filter({ hasText: rule })).toContainText('still missing');
    await expect(visitor.field('New password')).toHaveAttribute('aria-invalid', 'true');
    await expect(visitor.page).toHaveTitle(/^Error: /);
    await visitor.choosePassword();
    await visitor.signIn(ADA.login, NEW_PASSWORD);
  });
}

test('two different passwords are refused, and the link still works', async ({ visitor }) => {
  await refusesTheRepeated(visitor, `${NEW_PASSWORD}!`);
});

test('a password typed only once is refused, and the link still works', async ({ visitor }) => {
  await refusesTheRepeated(visitor, '');
});

async function refusesTheRepeated(visitor: Visitor, repeated: string): Promise<void> {
  await visitor.typePasswords(NEW_PASSWORD, repeated);
  await visitor.button('Save new password').click();
  await expect(visitor.problem).toContainText('The two passwords are not the same');
  await expect(visitor.field('Repeat the new password')).toHaveAttribute('aria-invalid', 'true');
  await visitor.choosePassword();
}

test('an empty form is refused, and the link still works', async ({ visitor }) => {
  await visitor.button('Save new password').click();
  await expect(visitor.problem).toContainText('This password cannot be used yet');
  await visitor.choosePassword();
});

test('rules that an administrator sets are shown and kept', async ({ visitor, latchkey }) => {
  await latchkey.set('password.min_digits', '2');
  await latchkey.set('password.min_non_alphanumeric', '3');
  await visitor.open('/reset', 'Choose a new password');
  await expect(visitor.page.getByText('Digits: at least 2')).toBeVisible();
  await visitor.typePasswords('ninebadgerspolishlanterns1');
  await visitor.button('Save new password').click();
  for (const rule of ['Digits: at least 2', 'neither letters nor digits: at least 3']) {
    await expect(visitor.page.getByRole('listitem').filter({ hasText: rule })).toContainText('still missing');
  }
  await visitor.choosePassword('nine badgers polish 24 lanterns');
});

test('128 pasted characters arrive whole', async ({ visitor }) => {
  const long = 'Größenwahn & 漢字 "quoted" <b>+%20; '.repeat(4).slice(0, 128);
  expect(long).toHaveLength(128);
  visitor.watch.guard(long);
  for (const label of ['New password', 'Repeat the new password']) {
    await visitor.field(label).focus();
    await visitor.page.keyboard.insertText(long);
  }
  await visitor.button('Save new password').click();
  await visitor.sees('Your password is changed');
  await visitor.signIn(ADA.login, long);
});

test('password managers learn whose password it is, and which fields are new', async ({ visitor }) => {
  const username = visitor.page.locator('form input[autocomplete="username"]');
  await expect(username).toHaveValue(ADA.login);
  await expect(username).toHaveAttribute('type', 'text');
  await expect(username).toHaveAttribute('readonly');
  await expect(username).toHaveAttribute('tabindex', '-1');
  await expect(username).toHaveAttribute('aria-hidden', 'true');
  for (const label of ['New password', 'Repeat the new password']) {
    const field = visitor.field(label);
    await expect(field).toHaveAttribute('autocomplete', 'new-password');
    await expect(field).toHaveAttribute('passwordrules', /minlength: 15; maxlength: 256/);
    await expect(field).not.toHaveAttribute('maxlength');
  }
});

test('the page says how long it stays open', async ({ visitor }) => {
  await expect(visitor.page.getByText('it closes in 30 minutes')).toBeVisible();
});

test('the button that shows the password is there only where it works', async ({ visitor }) => {
  const show = visitor.button(/^Show\W+New password$/);
  if (!visitor.script) {
    await expect(show).toHaveCount(0);
    return;
  }
  const field = visitor.field('New password');
  await field.fill(NEW_PASSWORD);
  await expect(field).toHaveAttribute('type', 'password');
  await show.click();
  await expect(field).toHaveAttribute('type', 'text');
  await expect(field).toHaveValue(NEW_PASSWORD);
  await visitor.button(/^Hide\W+New password$/).click();
  await expect(field).toHaveAttribute('type', 'password');
});
