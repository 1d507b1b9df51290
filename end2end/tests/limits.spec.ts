// Limits as they are in production; the other tests run without them.
import { ADA, NEW_PASSWORD, OTHER_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';

test.use({ environment: { LATCHKEY_SETTINGS__LIMITS__ENABLED: 'true' } });

test('a second mail within a minute waits, and then replaces the first', async ({ visitor, latchkey, post }) => {
  await visitor.askForMail();
  const first = await post.next();
  await visitor.askForMail();
  await latchkey.later(0.5);
  await visitor.openLink(first);
  expect(await post.count(), 'mails within the minute').toBe(1);

  await latchkey.later(0.6);
  const second = await post.next();
  await visitor.openDeadLink(first.link);
  await visitor.openLink(second);
  await visitor.choosePassword();
});

test('too many wrong passwords are slowed down, politely and alike for everybody', async ({ visitor, latchkey }) => {
  for (const identifier of [ADA.login, 'nobody']) {
    const slowed = visitor.page.getByText('That was a lot at once');
    // Counted in periods, so the limit may be met a few tries later when one begins meanwhile.
    for (let tries = 0; tries < 21 && (await slowed.count()) === 0; tries += 1) {
      await visitor.open('/sign-in', 'Sign in');
      await visitor.trySignIn(identifier, OTHER_PASSWORD);
      await expect(visitor.problem).toBeVisible();
    }
    await expect(slowed).toBeVisible();
  }
  await visitor.open('/sign-in', 'Sign in');
  await visitor.trySignIn(ADA.login, ADA.password);
  await expect(visitor.problem).toContainText('That was a lot at once');
  await latchkey.later(15);
  await visitor.signIn(ADA.login, ADA.password);
});

test('whoever is slowed down at the sign-in still gets in by mail', async ({ visitor, post }) => {
  const slowed = visitor.page.getByText('That was a lot at once');
  for (let tries = 0; tries < 21 && (await slowed.count()) === 0; tries += 1) {
    await visitor.open('/sign-in', 'Sign in');
    await visitor.trySignIn(ADA.login, OTHER_PASSWORD);
    await expect(visitor.problem).toBeVisible();
  }
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await visitor.choosePassword(NEW_PASSWORD);
});
