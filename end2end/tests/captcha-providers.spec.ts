// Each provider of a captcha, whole: its script and frames in the page, its token on the way to the server, what the server makes of it,
// and what people can do when it is of no help. See support/provider.ts.
import { isAccessible } from '../support/accessible';
import { ADA, MARGARET, OTHER_PASSWORD } from '../support/people';
import { KINDS, Provider, type Kind } from '../support/provider';
import { expect, test as base } from '../support/test';
import { IDENTIFIER, type Visitor } from '../support/visitor';

const NOT_SEEN = 'We could not see that this was you and not a machine';

const kindOf = (name: string): Kind => KINDS.find((kind) => kind.name === name) as Kind;

const test = base.extend<{ kind: Kind; provider: Provider }>({
  kind: [kindOf('turnstile'), { option: true }],
  provider: async ({ kind }, use) => {
    const provider = await Provider.open(kind);
    await use(provider);
    await provider.hangUp();
  },
  environment: async ({ provider }, use) => use(provider.environment),
  visitor: async ({ visitor, provider, page, watch }, use) => {
    const { script, loads } = provider.kind;
    for (const part of [script, ...Object.values(loads)]) watch.forgive(new RegExp(`^request to another host: ${part.replaceAll('.', '\\.')}`));
    await provider.serve(page.context());
    await use(visitor);
    expect(provider.referers, 'what the provider was told about the page').toEqual([]);
  },
});

/** Does what the widget asks for. */
async function confirm(visitor: Visitor, { ticked }: Kind): Promise<void> {
  if (!ticked) return;
  await visitor.page.frameLocator('.captcha iframe').getByRole('checkbox', { name: 'I am a person' }).check();
  await expect(visitor.page.locator('input[name=captcha]')).not.toHaveValue('');
}

async function begin(visitor: Visitor): Promise<void> {
  await visitor.open('/forgot', 'Forgot your password?');
  await visitor.field(IDENTIFIER).fill(ADA.login);
}

async function send(visitor: Visitor, kind: Kind): Promise<void> {
  await confirm(visitor, kind);
  await visitor.button('Send me a mail').click();
}

async function waits(visitor: Visitor, later: (minutes: number) => Promise<void>): Promise<void> {
  await visitor.sees('One moment, please');
  await later(1);
  await visitor.page.reload();
  await visitor.sees('Thank you for waiting');
  await visitor.button('Continue').click();
  await visitor.sees('Check your mail');
}

/**
 * The hosts of these addresses that the page at hand may not show in a frame, in their order: a report names no more than a host, and comes
 * when it likes. The last address is one that no page may show, so that nothing comes after its report.
 */
function refused(visitor: Visitor, addresses: string[]): Promise<string[]> {
  return visitor.page.evaluate(async (urls) => {
    const host = (url: string) => new URL(url).host;
    const blocked: string[] = [];
    const all = new Promise<void>((done) => {
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
        blocked.push(host(blockedURI));
        if (host(blockedURI) === host(urls.at(-1) ?? '')) done();
      });
    });
    for (const src of urls) {
      const frame = Object.assign(document.createElement('iframe'), { src });
      const loaded = new Promise((done) => (frame.onload = done));
      document.body.append(frame);
      await loaded;
    }
    await all;
    return blocked;
  }, addresses);
}

/** Where providers have their frames, and somebody else. */
const ELSEWHERE = [
  'https://www.google.com/recaptcha/elsewhere',
  'https://newassets.hcaptcha.com/elsewhere',
  'https://challenges.cloudflare.com/elsewhere',
  'https://www.google.com/elsewhere',
  'https://nobody.example/elsewhere',
];

for (const kind of KINDS) {
  test.describe(kind.name, () => {
    test.use({ kind });

    test('a right token counts once, and no other does @script', async ({ visitor, page, provider, watch }) => {
      await begin(visitor);
      provider.forges = true;
      await send(visitor, kind);
      await expect(visitor.problem).toContainText(NOT_SEEN);
      expect(provider.said.at(-1)).toMatchObject({ success: false });

      // The form is the same one, and so is its widget.
      provider.forges = false;
      await confirm(visitor, kind);
      const posted = page.waitForRequest(/\/form\/request_reset$/);
      await visitor.button('Send me a mail').click();
      const fields = new URLSearchParams((await posted).postData() ?? '');
      await visitor.sees('Check your mail');
      expect(fields.get('captcha')?.length).toBe(2000);
      if (kind.name !== 'recaptcha_v3') expect(fields.get(kind.field)).toBe(fields.get('captcha'));

      provider.repeats = true;
      await begin(visitor);
      await send(visitor, kind);
      await expect(visitor.problem).toContainText(NOT_SEEN);
      expect(provider.said.at(-1), 'refused by us').toMatchObject({ success: true });
      expect(provider.said.length).toBe(3);

      // security 112: only the provider that is chosen
      watch.forgive(/elsewhere|^console: (Framing|policy broken: frame-src) /);
      const own = new URL(kind.loads.frame).host;
      const others = ELSEWHERE.filter((url) => new URL(url).host !== own || url === 'https://www.google.com/elsewhere');
      expect(await refused(visitor, ELSEWHERE)).toEqual(others.map((url) => new URL(url).host));
    });

    // security 163, WCAG 3.3.8
    test('where its script does not come, waiting is the way', async ({ visitor, page, watch, latchkey }) => {
      watch.forgive(/^(request failed|console): .*(api\.js|ERR_FAILED)/);
      await page.route(`${kind.script}*`, (route) => route.abort());
      await begin(visitor);
      await visitor.button('Send me a mail').click();
      await waits(visitor, (minutes) => latchkey.later(minutes));
    });

    test('while it is down the settings decide, and the console says so @script @wide', async ({ visitor, page, provider, latchkey }) => {
      const says = async (state: string) => {
        await visitor.openConsole('/admin', 'Overview', MARGARET);
        await expect(page.getByText(state, { exact: true })).toBeVisible();
      };
      const asks = async () => {
        await begin(visitor);
        await send(visitor, kind);
      };
      await says('working');
      await provider.hangUp();
      await latchkey.later(1);
      await says('the provider cannot be reached');
      await asks();
      await visitor.sees('Check your mail');
      await latchkey.set('captcha.when_provider_is_down', 'refuse');
      await asks();
      await waits(visitor, (minutes) => latchkey.later(minutes));
    });

    test('without its keys nothing of it is in the page, and the settings decide @script @wide', async ({ visitor, page, latchkey }) => {
      await latchkey.restart({ LATCHKEY_SETTINGS__CAPTCHA__SITE_KEY: '' });
      await visitor.openConsole('/admin', 'Overview', MARGARET);
      await expect(page.getByText('key missing', { exact: true })).toBeVisible();
      await begin(visitor);
      await expect(page.locator('#captcha-script')).toHaveCount(0);
      await visitor.button('Send me a mail').click();
      await visitor.sees('Check your mail');
      await latchkey.set('captcha.when_provider_is_down', 'refuse');
      await begin(visitor);
      await visitor.button('Send me a mail').click();
      await waits(visitor, (minutes) => latchkey.later(minutes));
    });
  });
}

test.describe('a checkbox', () => {
  test('is asked for when the form is sent without @script', async ({ visitor, page, kind }) => {
    await begin(visitor);
    await page.locator('.captcha iframe').waitFor();
    await isAccessible(visitor);
    await visitor.button('Send me a mail').click();
    await expect(page.locator('.captcha [role=status]')).toHaveText('Please confirm above that you are not a machine.');
    await expect(page.locator('.captcha iframe')).toBeFocused();
    await send(visitor, kind);
    await visitor.sees('Check your mail');
  });

  test('is there also on a page reached from one that may not show it @script @wide', async ({ visitor, latchkey, kind }) => {
    await latchkey.set('captcha.on_sign_in_after_failures', '0');
    await visitor.open('/sign-in', 'Sign in');
    await visitor.link('Forgot password?').click();
    await visitor.sees('Forgot your password?');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await send(visitor, kind);
    await visitor.sees('Check your mail');
  });

  test('comes to the sign-in after failures @script @wide', async ({ visitor, page, kind, latchkey }) => {
    await latchkey.toFreshWindow();
    await visitor.open('/sign-in', 'Sign in');
    for (let tries = 0; tries < 3; tries += 1) {
      await visitor.trySignIn(ADA.login, OTHER_PASSWORD);
      await expect(visitor.problem).toContainText('do not fit together');
      await expect(page.locator('.captcha iframe')).toHaveCount(0);
    }
    await visitor.open('/sign-in', 'Sign in');
    await visitor.field(IDENTIFIER).fill(ADA.login);
    await confirm(visitor, kind);
    await visitor.trySignIn(ADA.login, ADA.password);
    await visitor.sees('Your account');
  });
});

test.describe('an invisible widget', () => {
  test.use({ kind: kindOf('recaptcha_v2_invisible') });

  test('whose riddle was closed shows it again with the next press @script @wide', async ({ visitor, page, provider }) => {
    await begin(visitor);
    provider.closes = true;
    const closed = page.waitForResponse(/\/token\?/);
    await visitor.button('Send me a mail').click();
    await closed;
    provider.closes = false;
    await visitor.button('Send me a mail').click();
    await visitor.sees('Check your mail');
  });
});

test.describe('a score', () => {
  test.use({ kind: kindOf('recaptcha_v3') });

  // security 163: nobody is locked out by what somebody else thinks of their browser
  test('that is too low makes its visitor wait @script @wide', async ({ visitor, provider, latchkey, kind }) => {
    provider.score = 0.4;
    await begin(visitor);
    await send(visitor, kind);
    await waits(visitor, (minutes) => latchkey.later(minutes));
    await latchkey.set('captcha.score_threshold', '40');
    await begin(visitor);
    await send(visitor, kind);
    await visitor.sees('Check your mail');
  });
});
