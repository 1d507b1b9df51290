// Links and codes that give the right to nothing: one page for all reasons, and a way on from there.
import { ADA, NEW_PASSWORD, OTHER_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import { NOT_VALID, type Visitor } from '../support/visitor';

/** From the page that says no, to a mail that works. */
async function goesOn(visitor: Visitor): Promise<void> {
  await visitor.link('Ask for a new mail').click();
  await visitor.sees('Forgot your password?');
  await visitor.field('Login name or e-mail address').fill(ADA.login);
  await visitor.button('Send me a mail').click();
  await visitor.sees('Check your mail');
}

test('a link that was used is not valid any more', async ({ visitor, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  await visitor.openLink(mail);
  await visitor.choosePassword();
  await visitor.openDeadLink(mail.link);
  await goesOn(visitor);
  await visitor.openLink(await post.next());
  await visitor.choosePassword(OTHER_PASSWORD);
});

test('a link that ran out is not valid any more', async ({ visitor, latchkey, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  visitor.keep(mail);
  await latchkey.later(30.1);
  await visitor.openDeadLink(mail.link);
  await goesOn(visitor);
  await visitor.openLink(await post.next());
  await visitor.choosePassword();
});

test('a link works until shortly before it runs out', async ({ visitor, latchkey, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  await latchkey.later(29);
  await visitor.openLink(mail);
  await visitor.choosePassword();
});

test('a link that runs out while its page is open changes nothing', async ({ visitor, latchkey, post }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await latchkey.later(31);
  if (!visitor.script) visitor.watch.expect(410, '/reset');
  await visitor.typePasswords(NEW_PASSWORD);
  await visitor.button('Save new password').click();
  await visitor.sees(NOT_VALID);
  await visitor.signIn(ADA.login, ADA.password);
});

test('a newer mail replaces an older one', async ({ visitor, post }) => {
  await visitor.askForMail();
  const older = await post.next();
  await visitor.askForMail(ADA.login);
  const newer = await post.next();
  visitor.keep(older);
  await visitor.openDeadLink(older.link);
  await visitor.openLink(newer);
  await visitor.choosePassword();
});

test('a link that nobody sent is not valid', async ({ visitor, latchkey, post }) => {
  await visitor.askForMail();
  const { link, token } = await post.next();
  const forged = ['', 'null', '0', token.slice(1), `${token}.`, token.toUpperCase(), 'A'.repeat(43), `${token}&key=${token}`];
  for (const key of forged) await visitor.openDeadLink(`${latchkey.url}/reset?key=${key}`);
  await visitor.open('/reset', NOT_VALID, 410);
  await goesOn(visitor);
  visitor.watch.guard(token);
  expect(link).toContain(token);
});

test('a forged link closes what an earlier one opened', async ({ visitor, latchkey, post }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await visitor.openDeadLink(`${latchkey.url}/reset?key=forged`);
  await visitor.open('/reset', NOT_VALID, 410);
});

test('a wrong code is told so, and the right one still works', async ({ visitor, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  visitor.keep(mail);
  for (const code of ['AAAA-AAAA', '', 'nonsense']) {
    await visitor.typeCode(code);
    await expect(visitor.problem).toContainText('This code does not work');
  }
  await visitor.typeCode(mail.code);
  await visitor.sees('Choose a new password');
});

test('five wrong codes end the code, but not the link of the same mail', async ({ visitor, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  for (let times = 0; times < 5; times += 1) {
    await visitor.typeCode(`AAAA-AAA${times}`);
    await expect(visitor.problem).toContainText('This code does not work');
    await visitor.page.reload();
    await visitor.sees('Check your mail');
  }
  visitor.keep(mail);
  await visitor.typeCode(mail.code);
  await expect(visitor.problem).toContainText('This code does not work');
  await visitor.openLink(mail);
  await visitor.choosePassword();
});

test('a code belongs to the request it was mailed for', async ({ visitor, anotherBrowser, post }) => {
  await visitor.askForMail();
  const mail = await post.next();
  const stranger = await anotherBrowser();
  await stranger.askForMail('grace@example.org');
  visitor.keep(await post.next());
  visitor.keep(mail);
  await stranger.typeCode(mail.code);
  await expect(stranger.problem).toContainText('This code does not work');
});
