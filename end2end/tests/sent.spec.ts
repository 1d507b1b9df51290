// The page after asking: another mail, help, and what differs by setting.
import { ADA } from '../support/people';
import { expect, test } from '../support/test';

test('another mail can be asked for, and replaces the first', async ({ visitor, page, post }) => {
  if (visitor.script) await page.clock.install();
  await visitor.askForMail();
  const first = await post.next();
  const again = visitor.button('Send it again');
  if (visitor.script) {
    await expect(again).toBeDisabled();
    await expect(page.getByText('You can ask again in 1 minute.')).toBeVisible();
    await page.clock.fastForward('00:30');
    await expect(page.getByText('You can ask again in 30 seconds.')).toBeVisible();
    await page.clock.fastForward('00:30');
  }
  await again.click();
  await expect(page.getByText('We sent it once more')).toBeVisible();
  const second = await post.next();
  visitor.keep(first);
  await visitor.openDeadLink(first.link);
  await visitor.openLink(second);
});

test('the code of the second mail works on the page that sent it', async ({ visitor, page, post }) => {
  if (visitor.script) await page.clock.install();
  await visitor.askForMail();
  visitor.keep(await post.next());
  if (visitor.script) await page.clock.fastForward('01:01');
  await visitor.button('Send it again').click();
  await expect(page.getByText('We sent it once more')).toBeVisible();
  const second = await post.next();
  visitor.keep(second);
  await visitor.typeCode(second.code);
  await visitor.sees('Choose a new password');
});

test('there is help when no mail comes', async ({ visitor, latchkey, page }) => {
  await latchkey.set('branding.support_contact', 'help@example.org');
  await visitor.askForMail();
  const tip = page.getByText('Look into the spam or junk folder.');
  await expect(tip).toBeHidden();
  await page.getByText('No mail came?').click();
  await expect(tip).toBeVisible();
  const contact = visitor.page.getByRole('main').getByRole('link', { name: 'help@example.org' });
  await expect(contact).toHaveAttribute('href', 'mailto:help@example.org');
  await expect(page.locator('.receipt')).toContainText(/(\w{4}-){3}\w{4}/);
});

test('without a receipt the page leads to the form', async ({ visitor, page }) => {
  await page.goto('/forgot/sent');
  await visitor.sees('Forgot your password?');
});

test('an unknown receipt cannot be asked again with', async ({ visitor, page }) => {
  if (visitor.script) await page.clock.install();
  await visitor.open('/forgot/sent?receipt=AAAA-BBBB-CCCC-DDDD', 'Check your mail');
  if (visitor.script) await page.clock.fastForward('01:01');
  await visitor.button('Send it again').click();
  await visitor.sees('Forgot your password?');
  await expect(visitor.problem).toBeVisible();
});

test('where mails carry only a link, no code is asked for', async ({ visitor, latchkey, post }) => {
  await latchkey.set('reset.delivery', 'link');
  await visitor.askForMail();
  const mail = await post.next();
  await expect(visitor.field('Code from the mail')).toHaveCount(0);
  expect(mail.text).not.toMatch(/\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/);
  await visitor.page.goto(mail.link);
  await visitor.sees('Choose a new password');
  visitor.watch.guard(mail.token);
});

test('where mails carry only a code, there is no link in them', async ({ visitor, latchkey, post }) => {
  await latchkey.set('reset.delivery', 'code');
  await visitor.askForMail(ADA.login);
  const mail = await post.next();
  expect(mail.text).not.toContain('/reset?');
  visitor.watch.guard(mail.code);
  await visitor.typeCode(mail.code);
  await visitor.sees('Choose a new password');
});

test('an administrator can put the answer into own words', async ({ visitor, latchkey, page, post }) => {
  await latchkey.set('reset.generic_response', '{"en": "Look into your mailbox, <b>please</b>."}');
  await visitor.askForMail();
  await post.next();
  await expect(page.getByText('Look into your mailbox, <b>please</b>.')).toBeVisible();
});
