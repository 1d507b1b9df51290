// Every state of every page: usable for everybody, in light and dark, on the narrowest screen, and calm for those who ask for it.
import { fitsNarrowScreens, isAccessible } from '../support/accessible';
import type { Latchkey } from '../support/latchkey';
import { ADA, NEW_PASSWORD, OTHER_PASSWORD } from '../support/people';
import type { Post } from '../support/post';
import { TITLE, failsWith, openUndo, proveMailbox, recover, showFacts, switchOn } from '../support/recovery';
import { expect, test } from '../support/test';
import { NOT_VALID, type Visitor } from '../support/visitor';
import type { Watch } from '../support/watch';

interface Scene {
  visitor: Visitor;
  latchkey: Latchkey;
  post: Post;
}

async function opened({ visitor, post }: Scene): Promise<void> {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
}

async function recognised({ visitor, latchkey }: Scene): Promise<void> {
  await switchOn(latchkey);
  await showFacts(visitor);
  await visitor.sees('Your new mailbox');
}

async function prepared({ visitor, latchkey }: Scene): Promise<void> {
  await switchOn(latchkey);
  await visitor.signIn(ADA.login, ADA.password);
  await visitor.link('Prepare for it').click();
  await visitor.sees('If you lose your mailbox');
}

/** The same page in a language of long words and in one from right to left, on the narrowest screen. */
async function fitsInOtherWords({ page }: Visitor, watch: Watch): Promise<void> {
  const { pathname } = new URL(page.url());
  const status = await page.evaluate(() => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).responseStatus);
  for (const language of ['de', 'ar']) {
    const button = page.getByRole('contentinfo').locator(`button[lang="${language}"]`);
    // The demo's mailbox is a tool, in English only.
    if ((await button.count()) === 0) return;
    if (status >= 400) watch.expect(status, pathname);
    await button.click();
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await fitsNarrowScreens(page);
  }
}

const STATES: Record<string, (scene: Scene) => Promise<void>> = {
  'sign in': ({ visitor }) => visitor.open('/sign-in', 'Sign in'),
  'sign in, refused': async ({ visitor }) => {
    await visitor.open('/sign-in', 'Sign in');
    await visitor.trySignIn(ADA.login, OTHER_PASSWORD);
    await expect(visitor.problem).toBeVisible();
  },
  'sign in, after signing out': async ({ visitor }) => {
    await visitor.signIn(ADA.login, ADA.password);
    await visitor.signOut();
  },
  'forgot, with a support contact': async ({ visitor, latchkey }) => {
    await latchkey.set('branding.support_contact', 'help@example.org');
    await visitor.open('/forgot', 'Forgot your password?');
  },
  'forgot, refused': async ({ visitor }) => {
    await visitor.open('/forgot', 'Forgot your password?');
    await visitor.button('Send me a mail').click();
    await expect(visitor.problem).toBeVisible();
  },
  'forgot, switched off': async ({ visitor, latchkey }) => {
    await latchkey.set('reset.enabled', 'false');
    await visitor.open('/forgot', 'Password reset is not available');
  },
  'sent, with help': async ({ visitor, post }) => {
    await visitor.askForMail();
    visitor.keep(await post.next());
    await visitor.page.getByText('No mail came?').click();
  },
  'sent, wrong code': async ({ visitor }) => {
    await visitor.askForMail();
    await visitor.typeCode('AAAA-AAAA');
    await expect(visitor.problem).toBeVisible();
  },
  choose: opened,
  'choose, refused': async (scene) => {
    await opened(scene);
    await scene.visitor.typePasswords('seven', 'eight');
    await scene.visitor.button('Save new password').click();
    await expect(scene.visitor.problem).toBeVisible();
  },
  'choose, typed': async (scene) => {
    await opened(scene);
    await scene.visitor.typePasswords(NEW_PASSWORD);
    if (scene.visitor.script) await expect(scene.visitor.page.getByText(/^Strength: /)).toBeVisible();
  },
  done: async (scene) => {
    await opened(scene);
    await scene.visitor.choosePassword();
  },
  'link not valid': ({ visitor }) => visitor.open('/reset', NOT_VALID, 410),
  account: async ({ visitor }) => visitor.signIn(ADA.login, ADA.password),
  'account, refused': async ({ visitor }) => {
    await visitor.signIn(ADA.login, ADA.password);
    await visitor.button('Change password').click();
    await expect(visitor.problem).toBeVisible();
  },
  'recovery': async ({ visitor, latchkey }) => {
    await latchkey.call('PUT', '/attributes/house', { kind: 'pick_list', labels: { en: 'House' }, options: ['North', 'South'] });
    await switchOn(latchkey);
    await latchkey.set('recovery.facts', 'email,social_security_number,date_of_birth,house');
    await visitor.open('/recovery', TITLE);
  },
  'recovery, refused': async ({ visitor, latchkey }) => {
    await switchOn(latchkey);
    await failsWith(visitor, { social: '111-11-1111' });
  },
  'recovery, malformed': async ({ visitor, latchkey }) => {
    await switchOn(latchkey);
    await showFacts(visitor, { social: 'not a number' });
    await expect(visitor.problem).toBeVisible();
  },
  'recovery, new mailbox': recognised,
  'recovery, malformed address': async (scene) => {
    await recognised(scene);
    await scene.visitor.button('Send me a code').click();
    await expect(scene.visitor.problem).toBeVisible();
  },
  'recovery, code': async (scene) => {
    await recognised(scene);
    await scene.visitor.field('New e-mail address').fill('somebody.with-a-rather-long-name@department.of.something.example');
    await scene.visitor.button('Send me a code').click();
    await scene.visitor.sees('Check your new mailbox');
    scene.visitor.keep(await scene.post.next('recovery code'));
  },
  'recovery, password': async (scene) => {
    await recognised(scene);
    await proveMailbox(scene.visitor, scene.post);
  },
  'recovery, done': async ({ visitor, latchkey, post }) => {
    await switchOn(latchkey);
    await recover(visitor, post);
    await visitor.sees('Your account is yours again');
  },
  'recovery, waiting for staff': async ({ visitor, latchkey, post }) => {
    await switchOn(latchkey);
    await latchkey.set('recovery.approval', 'staff');
    await recover(visitor, post);
    await visitor.sees('Somebody looks at it first');
  },
  'recovery, over': ({ visitor }) => visitor.open('/recovery/mailbox', 'This recovery is over', 410),
  'recovery, undo': async (scene) => {
    await recognised(scene);
    await openUndo(scene.visitor, await scene.post.next('recovery begun'));
  },
  'recovery, undone': async (scene) => {
    await recognised(scene);
    await openUndo(scene.visitor, await scene.post.next('recovery begun'));
    await scene.visitor.button('It was not me: stop it').click();
    await scene.visitor.sees('It is stopped');
  },
  'recovery, dead undo link': ({ visitor }) => visitor.open('/recovery/undo', NOT_VALID, 410),
  'own recovery': async (scene) => {
    await prepared(scene);
  },
  'own recovery, refused': async (scene) => {
    await prepared(scene);
    await scene.visitor.button('Make ten codes').click();
    await expect(scene.visitor.problem).toBeVisible();
  },
  'own recovery, one fact': async (scene) => {
    await prepared(scene);
    await scene.visitor.page.getByRole('link', { name: /Date of birth/ }).click();
    await scene.visitor.sees('A fact about you');
  },
  'recovery codes': async (scene) => {
    await prepared(scene);
    await scene.visitor.field('Current password').fill(ADA.password);
    await scene.visitor.button('Make ten codes').click();
    await scene.visitor.sees('Recovery codes');
  },
  'not found': ({ visitor }) => visitor.open('/nowhere', 'Page not found', 404),
  'the demo mailbox': async ({ visitor, post }) => {
    await visitor.askForMail();
    visitor.keep(await post.next());
    await visitor.page.goto('/dev/mailbox');
  },
};

/** Shown in answer to a form only. */
const ONCE = ['recovery, undone'];

for (const [state, reach] of Object.entries(STATES)) {
  test(`everybody can use: ${state}`, async ({ visitor, latchkey, post, watch }) => {
    await reach({ visitor, latchkey, post });
    await isAccessible(visitor);
    if (test.info().project.name === 'phone' && !ONCE.includes(state)) await fitsInOtherWords(visitor, watch);
  });
}

test('nothing moves for people who asked for that', async ({ visitor, page, post }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const style = getComputedStyle(element);
        const times = `${style.transitionDuration},${style.animationDuration}`.split(',');
        return times.some((time) => Number.parseFloat(time) * (time.trim().endsWith('ms') ? 1 : 1000) > 1);
      })
      .map((element) => element.outerHTML.slice(0, 100)),
  );
  expect(moving).toEqual([]);
});

test('pages follow the colours that the system asks for', async ({ visitor, page }) => {
  await visitor.open('/sign-in', 'Sign in');
  const colours = () => page.evaluate(() => `${getComputedStyle(document.documentElement).backgroundColor} ${getComputedStyle(document.body).color}`);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await colours();
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await colours()).not.toBe(light);
});

test('nothing jumps when a page comes alive', { tag: '@script' }, async ({ visitor, page, post }) => {
  await page.addInitScript(() => {
    const moved = { by: 0 };
    Object.assign(window, { moved });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) moved.by += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  for (const [path, heading] of Object.entries({ '/sign-in': 'Sign in', '/forgot': 'Forgot your password?', '/reset': 'Choose a new password' })) {
    await visitor.open(path, heading);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const moved = await page.evaluate(() => (window as unknown as { moved: { by: number } }).moved.by);
    expect(moved, `layout shift of ${path}`).toBeLessThan(0.01);
  }
});
