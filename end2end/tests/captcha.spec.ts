// The captcha as delivered: what people see of it, with and without a script.
import { isAccessible } from '../support/accessible';
import { ADA, OTHER_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import { IDENTIFIER, type Visitor } from '../support/visitor';

/** A slow phone's processor is this many times slower than one that runs tests. */
const SLOWER = 6;

/** How often a slow phone is timed; ten times for numbers to write down. */
const ROUNDS = Number(process.env['LATCHKEY_PHONE_ROUNDS'] ?? 3);

/** Sends a form and, where no script runs, waits for its turn. */
async function goesOn(visitor: Visitor, later: (minutes: number) => Promise<void>): Promise<void> {
  if (visitor.script) return;
  await visitor.sees('One moment, please');
  await later(1);
  await visitor.page.reload();
  await visitor.sees('Thank you for waiting');
  await visitor.button('Continue').click();
}

test.describe('proof of work', () => {
  test.use({ environment: { LATCHKEY_SETTINGS__CAPTCHA__PROVIDER: 'proof_of_work' } });

  test('asking for a mail takes no more than it ever did', async ({ visitor, latchkey, post }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await goesOn(visitor, (minutes) => latchkey.later(minutes));
    await visitor.sees('Check your mail');
    await visitor.openLink(await post.next());
  });

  test('it begins with the form, says so, and is ready in time @script', async ({ visitor, page }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    const status = page.locator('.captcha [role=status]');
    await expect(status).toHaveCount(0);
    await visitor.field(IDENTIFIER).focus();
    await expect(status).toHaveText('Checked. You can send the form.', { timeout: 3_000 });
    await expect(page.locator('input[name=captcha]')).toHaveValue(/^pow\.forgot\./);
    await isAccessible(visitor);
  });

  test.describe('on a slow phone', () => {
    test.use({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });

    // security 163: nobody waits for the default difficulty
    test('it takes less than three seconds @script @wide', async ({ visitor, page, latchkey }, info) => {
      // The browser's own brake holds pages and not their workers, so this worker does all of its work as many times over.
      const worker = await (await fetch(`${latchkey.url}/captcha-worker.js`)).text();
      const [once, slowly] = ['instance.exports.search(', 'slowly(instance.exports.search)('];
      expect(worker).toContain(once);
      const repeat = `const slowly = (search) => (...words) => [...Array(${SLOWER})].map(() => search(...words))[0];\n`;
      await page.route('**/captcha-worker.js', async (route) =>
        route.fulfill({ response: await route.fetch(), body: repeat + worker.replace(once, slowly) }),
      );
      const brake = await page.context().newCDPSession(page);
      await brake.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
      const took: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await visitor.open('/forgot', 'Forgot your password?');
        const time = page.evaluate(async () => {
          const begun = await new Promise<number>((touched) => addEventListener('focusin', () => touched(performance.now()), { once: true }));
          while (!document.querySelector<HTMLInputElement>('input[name=captcha]')?.value) await new Promise(requestAnimationFrame);
          return performance.now() - begun;
        });
        await visitor.field(IDENTIFIER).focus();
        took.push(Math.round(await time));
      }
      took.sort((one, other) => one - other);
      info.annotations.push({ type: 'milliseconds', description: took.join(' ') });
      expect(took.at(-1), `milliseconds: ${took.join(' ')}`).toBeLessThan(3_000);
    });
  });

  test('a form that is sent twice has two answers @script', async ({ visitor }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill('x'.repeat(400));
    await visitor.button('Send me a mail').click();
    await expect(visitor.problem).toContainText('This cannot be a login name');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('Check your mail');
  });

  test('a page reached by a link has it as well @script', async ({ visitor }) => {
    await visitor.open('/sign-in', 'Sign in');
    await visitor.link('Forgot password?').click();
    await visitor.sees('Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('Check your mail');
  });

  test('signing in goes on after failures, whoever is tried', async ({ visitor, latchkey }) => {
    await latchkey.toFreshWindow();
    for (let tries = 0; tries < 5; tries += 1) {
      await visitor.open('/sign-in', 'Sign in');
      await visitor.trySignIn(ADA.login, OTHER_PASSWORD);
      if (tries >= 3) await goesOn(visitor, (minutes) => latchkey.later(minutes));
      await expect(visitor.problem).toContainText('do not fit together');
    }
    await visitor.open('/sign-in', 'Sign in');
    await visitor.trySignIn(ADA.login, ADA.password);
    await goesOn(visitor, (minutes) => latchkey.later(minutes));
    await visitor.sees('Your account');
  });

  test('where the script is missing, waiting is the way @script', async ({ visitor, page, latchkey, watch }) => {
    watch.forgive(/captcha\.js/);
    await page.route('**/captcha.js', (route) => route.abort());
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await visitor.button('Send me a mail').click();
    await visitor.sees('One moment, please');
    // The page goes on by itself, which must not be while it is looked at.
    await latchkey.later(-1);
    await page.reload();
    await visitor.sees('One moment, please');
    await isAccessible(visitor);
    await latchkey.later(2);
    await page.reload();
    await visitor.sees('Thank you for waiting');
    await isAccessible(visitor);
    await page.keyboard.press('Enter');
    await visitor.sees('Check your mail');
  });
});
