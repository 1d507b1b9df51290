// Back in without the mailbox: by facts, by a recovery code, with somebody else's yes; and what keeps thieves from doing the same.
import { ADA, GRACE, MARGARET, NEW_PASSWORD, OTHER_PASSWORD } from '../support/people';
import {
  FACTS,
  NEW_ADDRESS,
  TITLE,
  failsWith,
  openUndo,
  proveMailbox,
  recover,
  saveNewPassword,
  showFacts,
  switchOn,
  typeFacts,
} from '../support/recovery';
import { expect, test } from '../support/test';
import { IDENTIFIER, type Visitor } from '../support/visitor';

const DONE = 'Your account is yours again';

/** Makes codes on the page of the own account, and answers them. */
async function makeCodes(visitor: Visitor): Promise<string[]> {
  await visitor.signIn(ADA.login, ADA.password);
  await visitor.link('Prepare for it').click();
  await visitor.sees('If you lose your mailbox');
  await visitor.field('Current password').fill(ADA.password);
  await visitor.button('Make ten codes').click();
  await visitor.sees('Recovery codes');
  const codes = await visitor.page.locator('.codes li').allInnerTexts();
  expect(codes).toHaveLength(10);
  return codes;
}

test.describe('by facts', () => {
  test.beforeEach(async ({ latchkey }) => switchOn(latchkey));

  // R3, R6, R7, R10
  test('a person without the mailbox gets back in by what is on file', async ({ visitor, post, page }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.link('I no longer have this mailbox').click();
    await visitor.sees(TITLE);
    await typeFacts(visitor);
    await visitor.button('Continue').click();
    const begun = await post.next('recovery begun');
    expect(begun.to).toContain(ADA.email);
    expect(begun.text).not.toContain(NEW_ADDRESS);
    visitor.keep(begun);

    await proveMailbox(visitor, post);
    await saveNewPassword(visitor);
    await visitor.sees(DONE);
    const old = await post.next('recovered, to the old mailbox');
    expect(old.to).toContain(ADA.email);
    expect(old.text).not.toContain(NEW_ADDRESS);
    visitor.keep(old);
    expect((await post.next('recovered, to the new mailbox')).to).toContain(NEW_ADDRESS);

    await visitor.link('Continue').click();
    await visitor.sees('Your account');
    await expect(page.getByText(`Signed in as ${ADA.login}`)).toBeVisible();
    await visitor.signOut();
    await visitor.trySignIn(ADA.login, ADA.password);
    await expect(visitor.problem).toBeVisible();
    await visitor.open('/sign-in', 'Sign in');
    await visitor.trySignIn(NEW_ADDRESS, NEW_PASSWORD);
    await visitor.sees('Your account');
  });

  test('the page after asking for a mail leads here as well', async ({ visitor, post }) => {
    await visitor.askForMail();
    visitor.keep(await post.next());
    await visitor.link('I no longer have this mailbox').click();
    await visitor.sees(TITLE);
  });

  // security 87, 204
  test('each kind of fact has its own field', async ({ visitor, latchkey, page }) => {
    await latchkey.call('PUT', '/attributes/member_number', { kind: 'number', labels: { en: 'Member number' }, format: '9999-9999', locates: true });
    await latchkey.call('PUT', '/attributes/first_school', { kind: 'short_text', labels: { en: 'First school' } });
    await latchkey.set('recovery.facts', 'email,social_security_number,date_of_birth,member_number,first_school');
    await visitor.open('/recovery', TITLE);
    const expected: Record<string, Record<string, string>> = {
      'E-mail address on file': { type: 'text', inputmode: 'email', autocomplete: 'email' },
      'Social security number': { type: 'password', inputmode: 'numeric', autocomplete: 'off' },
      'Date of birth': { type: 'date', autocomplete: 'bday' },
      'Member number': { type: 'text', inputmode: 'numeric', autocomplete: 'off' },
      'First school': { type: 'text', autocomplete: 'off' },
    };
    for (const [label, attributes] of Object.entries(expected)) {
      for (const [name, value] of Object.entries(attributes)) await expect(visitor.field(label), label).toHaveAttribute(name, value);
    }
    for (const input of await page.locator('input').all()) await expect(input).not.toHaveAttribute('maxlength');
    await expect(page.getByText('Written like 9999-9999')).toBeVisible();

    await latchkey.call('PUT', '/attributes/house', { kind: 'pick_list', labels: { en: 'House' }, options: ['North', 'South'] });
    await latchkey.set('recovery.facts', 'drivers_licence,house');
    await visitor.open('/recovery', TITLE);
    await expect(visitor.field('House')).toHaveValue('');
    await visitor.field('House').selectOption('South');
    await expect(visitor.field("Driver's licence number")).toHaveAttribute('type', 'password');
  });

  // security 87
  test('a secret can be looked at while it is typed', { tag: '@script' }, async ({ visitor }) => {
    await visitor.open('/recovery', TITLE);
    await visitor.button(/^Show.*Social security number/).click();
    await expect(visitor.field('Social security number')).toHaveAttribute('type', 'text');
    await visitor.button(/^Hide.*Social security number/).click();
    await expect(visitor.field('Social security number')).toHaveAttribute('type', 'password');
  });

  // R4, security 86
  test('a malformed value is shown at its field and costs no try', async ({ visitor, page }) => {
    for (let times = 0; times < 4; times += 1) {
      await showFacts(visitor, { social: '123-45-678X' });
      await expect(visitor.problem).toContainText('nothing has been counted');
      await expect(visitor.field('Social security number')).toHaveAttribute('aria-invalid', 'true');
      await expect(visitor.field('Date of birth')).not.toHaveAttribute('aria-invalid');
      await expect(visitor.problem).toBeFocused();
      await expect(page).toHaveTitle(/^Error: /);
    }
    if (visitor.script) await expect(visitor.field('E-mail address on file')).toHaveValue(FACTS.email);
    await typeFacts(visitor);
    await visitor.button('Continue').click();
    await visitor.sees('Your new mailbox');
  });

  // R8, R9, security 71, 74, 75
  test('three failures close this way only, and a mailed reset opens it again', async ({ visitor, post }) => {
    for (const social of ['111-11-1111', '222-22-2222', '333-33-3333']) await failsWith(visitor, { social });
    await failsWith(visitor, {});
    await visitor.signIn(ADA.login, ADA.password);
    await visitor.signOut();
    await visitor.askForMail();
    await visitor.openLink(await post.next());
    await visitor.choosePassword(OTHER_PASSWORD);
    await recover(visitor, post);
    await visitor.sees(DONE);
  });

  // security 69, 70
  test('a stranger, a mix of two people and a wrong fact are told the same', async ({ visitor, page }) => {
    const told: string[] = [];
    for (const facts of [{ email: 'nobody@example.org' }, { email: GRACE.email }, { born: '1985-03-10' }]) {
      await failsWith(visitor, facts);
      told.push(`${page.url()} ${await visitor.problem.innerText()}`);
    }
    expect(new Set(told).size, told.join('\n')).toBe(1);
  });

  // security 83
  test('a double click is one try', { tag: '@script' }, async ({ visitor }) => {
    for (const social of ['111-11-1111', '222-22-2222']) {
      await visitor.open('/recovery', TITLE);
      await typeFacts(visitor, { social });
      await visitor.button('Continue').dblclick();
      await expect(visitor.problem).toBeVisible();
    }
    await showFacts(visitor);
    await visitor.sees('Your new mailbox');
  });

  // security 89, WCAG 3.2.6
  test('other ways are on the same page, always in the same order', async ({ visitor, latchkey, page }) => {
    await latchkey.set('branding.support_contact', 'help@example.org');
    const ways = () => page.getByRole('main').getByRole('heading', { level: 2 }).allInnerTexts();
    const expected = ['With what is on file about you', 'With a recovery code', 'Neither of these?'];
    await visitor.open('/recovery', TITLE);
    expect(await ways()).toEqual(expected);
    await failsWith(visitor, { social: '111-11-1111' });
    expect((await ways()).slice(-3)).toEqual(expected);
    await expect(page.getByRole('main').getByRole('link', { name: 'help@example.org' })).toBeVisible();
    await visitor.link('Reset by mail').click();
    await visitor.sees('Forgot your password?');
  });

  // security 76
  test('nobody is a step further than proven, and only in one browser', async ({ visitor, anotherBrowser, post }) => {
    await showFacts(visitor);
    await visitor.sees('Your new mailbox');
    visitor.keep(await post.next('recovery begun'));
    for (const path of ['/recovery/code', '/recovery/password']) {
      await visitor.page.goto(path);
      await visitor.sees('Your new mailbox');
    }
    const other = await anotherBrowser();
    await other.open('/recovery/mailbox', 'This recovery is over', 410);
    await other.link('Begin again').click();
    await other.sees(TITLE);
  });

  // security 76
  test('what was opened closes after a quarter of an hour', async ({ visitor, latchkey }) => {
    await showFacts(visitor);
    await visitor.sees('Your new mailbox');
    await latchkey.later(16);
    visitor.watch.expect(410, '/recovery/mailbox');
    await visitor.field('New e-mail address').fill(NEW_ADDRESS);
    await visitor.button('Send me a code').click();
    await visitor.sees('This recovery is over');
  });

  // R6, security 80
  test('another address makes the code before it worthless', async ({ visitor, post, page }) => {
    await showFacts(visitor);
    await visitor.sees('Your new mailbox');
    await visitor.field('New e-mail address').fill('not an address');
    await visitor.button('Send me a code').click();
    await expect(visitor.field('New e-mail address')).toHaveAttribute('aria-invalid', 'true');
    await visitor.field('New e-mail address').fill('wrong@elsewhere.example');
    await visitor.button('Send me a code').click();
    await visitor.sees('Check your new mailbox');
    const first = await post.next('recovery code');
    visitor.keep(first);
    await visitor.link('Use another address').click();
    await visitor.sees('Your new mailbox');
    await expect(visitor.field('New e-mail address')).toHaveValue('wrong@elsewhere.example');
    await visitor.field('New e-mail address').fill(NEW_ADDRESS);
    await visitor.button('Send me a code').click();
    await visitor.sees('Check your new mailbox');
    await expect(page.getByText(NEW_ADDRESS)).toBeVisible();
    const second = await post.next('recovery code');
    visitor.keep(second);
    for (const code of [first.code, second.code]) {
      await visitor.field('Code from the mail').fill(code);
      await visitor.button('Use this code').click();
      if (code === first.code) await expect(visitor.problem).toContainText('This code does not work.');
    }
    await visitor.sees('Choose a new password');
  });

  // R10
  test('the old mailbox takes a finished recovery back', async ({ visitor, anotherBrowser, post }) => {
    await recover(visitor, post);
    await visitor.sees(DONE);
    const owner = await anotherBrowser();
    await openUndo(owner, await post.next('recovered, to the old mailbox'));
    await owner.button('It was not me: stop it').click();
    await owner.sees('It is stopped');
    await visitor.page.goto('/account');
    await visitor.sees('Sign in');
    await visitor.trySignIn(ADA.login, NEW_PASSWORD);
    await expect(visitor.problem).toBeVisible();

    await owner.link('Ask for a new mail').click();
    await owner.sees('Forgot your password?');
    await owner.field(IDENTIFIER).fill(ADA.login);
    await owner.button('Send me a mail').click();
    await owner.sees('Check your mail');
    const mail = await post.next();
    expect(mail.to).toContain(ADA.email);
    await owner.openLink(mail);
    await owner.choosePassword(OTHER_PASSWORD);
  });

  // R10
  test('the old mailbox stops a recovery that is under way, once', async ({ visitor, anotherBrowser, post }) => {
    await showFacts(visitor);
    await visitor.sees('Your new mailbox');
    const owner = await anotherBrowser();
    const mail = await post.next('recovery begun');
    await openUndo(owner, mail);
    await owner.button('It was not me: stop it').click();
    await owner.sees('It is stopped');
    visitor.watch.expect(410, '/recovery/mailbox');
    await visitor.field('New e-mail address').fill(NEW_ADDRESS);
    await visitor.button('Send me a code').click();
    await visitor.sees('This recovery is over');
    owner.watch.expect(410, '/recovery/undo');
    await owner.page.goto(mail.link);
    await owner.sees('This link is not valid any more');
  });

  // R12
  for (const decision of ['approved', 'refused'] as const) {
    test(`staff look at it first: ${decision}`, async ({ visitor, anotherBrowser, latchkey, post, page }) => {
      await latchkey.set('recovery.approval', 'staff');
      await recover(visitor, post);
      await visitor.sees('Somebody looks at it first');
      const receipt = await page.locator('.receipt code').innerText();
      const waiting = await anotherBrowser();
      await waiting.signIn(ADA.login, ADA.password);

      const desk = await anotherBrowser();
      await desk.openConsole('/admin/recoveries', 'Recoveries', MARGARET);
      await desk.link(receipt).click();
      await desk.reads(ADA.login);
      await expect(desk.page.getByText('Social security number')).toBeVisible();
      for (const secret of [FACTS.social, FACTS.born]) await expect(desk.page.getByText(secret)).toHaveCount(0);
      if (decision === 'approved') {
        await desk.button('Approve').click();
        await expect(desk.page.getByRole('status')).toContainText('Approved.');
        await visitor.link('Look again').click();
        await visitor.sees(DONE);
        await visitor.link('Sign in').click();
        await visitor.sees('Sign in');
        await visitor.trySignIn(NEW_ADDRESS, NEW_PASSWORD);
        await visitor.sees('Your account');
      } else {
        desk.watch.expect(422, new URL(desk.page.url()).pathname + '/refuse');
        await desk.button('Refuse').click();
        await expect(desk.field('Reason')).toHaveAttribute('aria-invalid', 'true');
        await desk.field('Reason').fill('Please call us first.');
        await desk.button('Refuse').click();
        await expect(desk.page.getByRole('status')).toContainText('Refused.');
        const mail = await post.next('recovery refused');
        expect(mail.to).toContain(NEW_ADDRESS);
        expect(mail.text).toContain('Please call us first.');
        await visitor.link('Look again').click();
        await visitor.sees('This recovery was not approved');
        await visitor.open('/sign-in', 'Sign in');
        await visitor.trySignIn(ADA.login, ADA.password);
        await visitor.sees('Your account');
      }
      await latchkey.verifyAudit();
    });
  }

  test('a person signed in puts facts on file, replaces and removes them', async ({ visitor, page }) => {
    await visitor.signIn(ADA.login, ADA.password);
    await visitor.link('Prepare for it').click();
    await visitor.sees('If you lose your mailbox');
    const licence = page.getByRole('listitem').filter({ hasText: "Driver's licence number" });
    await expect(licence).toContainText('Not on file');
    for (const [value, state, told] of [
      ['D123-4567', 'On file', 'It is on file now.'],
      ['', 'Not on file', 'It is not on file any more.'],
    ] as const) {
      await licence.getByRole('link').click();
      await visitor.sees('A fact about you');
      if (value) visitor.watch.guard(value);
      await visitor.field("Driver's licence number").fill(value);
      await visitor.field('Current password').fill(OTHER_PASSWORD);
      await visitor.button('Save').click();
      await expect(visitor.problem).toContainText('The current password is not right');
      await visitor.field("Driver's licence number").fill(value);
      await visitor.field('Current password').fill(ADA.password);
      await visitor.button('Save').click();
      await visitor.sees('If you lose your mailbox');
      await expect(page.getByRole('status').filter({ hasText: told })).toBeVisible();
      await expect(licence).toContainText(state);
    }
  });
});

// security 90
test('a recovery code gets back in, also where facts do not, and works once', async ({ visitor, post, page }) => {
  const [code = '', ...others] = await makeCodes(visitor);
  await page.reload();
  await visitor.sees('Recovery codes');
  await expect(page.locator('.codes li')).toHaveCount(0);
  await visitor.open('/account/recovery', 'If you lose your mailbox');
  await expect(page.getByText('Recovery codes left: 10.')).toBeVisible();
  await visitor.open('/account', 'Your account');
  await visitor.signOut();

  await visitor.open('/forgot', 'Forgot your password?');
  await expect(visitor.link('I no longer have this mailbox')).toHaveCount(0);
  await visitor.link('I have a recovery code').click();
  await visitor.sees(TITLE);
  await visitor.field('Recovery code').fill('AAAA-AAAA-AAAA-AAAA');
  await visitor.button('Use this recovery code').click();
  await expect(visitor.problem).toContainText('This recovery code does not work.');
  await visitor.field('Recovery code').fill(code.toLowerCase());
  await visitor.button('Use this recovery code').click();
  await proveMailbox(visitor, post);
  await saveNewPassword(visitor);
  await visitor.sees(DONE);
  await visitor.link('Continue').click();
  await visitor.sees('Your account');
  await visitor.link('Prepare for it').click();
  await visitor.sees('If you lose your mailbox');
  await expect(page.getByText('Recovery codes left: 9.')).toBeVisible();
  await visitor.open('/account', 'Your account');
  await visitor.signOut();

  await visitor.open('/recovery', TITLE);
  await visitor.field('Recovery code').fill(code);
  await visitor.button('Use this recovery code').click();
  await expect(visitor.problem).toBeVisible();
  await visitor.field('Recovery code').fill(others[0] ?? '');
  await visitor.button('Use this recovery code').click();
  await visitor.sees('Your new mailbox');
});

// R1, security 68
test('recovery by facts is not there until it is switched on, nor where no mail leaves', async ({ visitor, latchkey, page }) => {
  await visitor.open('/recovery', TITLE);
  await expect(page.getByRole('heading', { name: 'With what is on file about you' })).toHaveCount(0);
  await latchkey.set('reset.enabled', 'false');
  await page.goto('/recovery');
  await visitor.sees('Password reset is not available');
});
