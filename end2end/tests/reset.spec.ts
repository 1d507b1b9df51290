// The main job: somebody forgot the password, and is back in.
import { ADA, NEW_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';

test('by the link in the mail', async ({ visitor, post }) => {
  await visitor.open('/sign-in', 'Sign in');
  await visitor.link('Forgot password?').click();
  await visitor.sees('Forgot your password?');
  await visitor.field('Login name or e-mail address').fill(ADA.login);
  await visitor.button('Send me a mail').click();
  await visitor.sees('Check your mail');

  await visitor.openLink(await post.next());
  await visitor.choosePassword();
  await visitor.link('Sign in').click();
  await visitor.sees('Sign in');
  await visitor.trySignIn(ADA.email, NEW_PASSWORD);
  await visitor.sees('Your account');
  expect((await post.next('changed')).text).not.toContain(NEW_PASSWORD);
  await visitor.signOut();
});
