// Asking for a mail: what can be wrong with it, and what pages say where there is no reset.
import { expect, test } from '../support/test';
import { IDENTIFIER } from '../support/visitor';

test('an empty form is told what is missing', async ({ visitor }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await visitor.button('Send me a mail').click();
  await expect(visitor.problem).toContainText('Please type your login name or your e-mail address');
  await expect(visitor.field(IDENTIFIER)).toHaveAttribute('aria-invalid', 'true');
  await expect(visitor.page).toHaveTitle(/^Error: /);
});

test('what cannot be a name is told so', async ({ visitor }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await visitor.field(IDENTIFIER).fill('x'.repeat(400));
  await visitor.button('Send me a mail').click();
  await expect(visitor.problem).toContainText('This cannot be a login name or an e-mail address');
});

test('the field is one that browsers fill in', async ({ visitor }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await expect(visitor.field(IDENTIFIER)).toHaveAttribute('autocomplete', 'username');
});

test('where reset is switched off, pages say so and whom to ask', async ({ visitor, latchkey }) => {
  await latchkey.set('reset.enabled', 'false');
  await latchkey.set('branding.support_contact', 'https://help.example.org/');
  await visitor.open('/sign-in', 'Sign in');
  await expect(visitor.link('Forgot password?')).toHaveCount(0);
  await visitor.open('/forgot', 'Password reset is not available');
  const main = visitor.page.getByRole('main');
  await expect(main).toContainText('have switched password reset off');
  await expect(main.getByRole('link', { name: 'https://help.example.org/' })).toHaveAttribute('rel', /noreferrer/);
  await expect(visitor.button('Send me a mail')).toHaveCount(0);
});

test('where reset is not set up, pages say so', async ({ visitor, latchkey }) => {
  await latchkey.set('reset.link_expiry_minutes', 'null');
  await visitor.open('/forgot', 'Password reset is not available');
  await expect(visitor.page.getByRole('main')).toContainText('not set up yet');
  await visitor.open('/sign-in', 'Sign in');
  await expect(visitor.link('Forgot password?')).toHaveCount(0);
});

test('a form that was open when reset was switched off is told so', async ({ visitor, latchkey, post }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await visitor.field(IDENTIFIER).fill('ada');
  await latchkey.set('reset.enabled', 'false');
  await visitor.button('Send me a mail').click();
  await expect(visitor.page.getByText(/not available/).first()).toBeVisible();
  expect(await post.count()).toBe(0);
});
