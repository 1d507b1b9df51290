// Other sites: their forms do nothing here, and nothing of ours goes to them.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADA } from '../support/people';
import { expect, test as base } from '../support/test';

/** Another site with a form that posts to us. Answers where it is. */
const test = base.extend<{ site: (action: string, fields: Record<string, string>) => Promise<number> }>({
  site: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (action, fields) => {
      const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
      const page = `<!doctype html><title>Win</title><link rel="icon" href="data:,"><form method="post" action="${action}">${inputs.join('')}<button>Win</button></form>`;
      const server = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(page)).listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    });
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  },
});

/** A host that is another site altogether, and one that browsers call the same site. */
for (const host of ['localhost', '127.0.0.1']) {
  test(`a form on ${host} with another port cannot ask for mails`, async ({ visitor, latchkey, post, page, site }) => {
    const port = await site(`${latchkey.url}/form/request_reset`, { identifier: ADA.login });
    visitor.watch.expect(403, '/form/request_reset');
    await page.goto(`http://${host}:${port}/`);
    await visitor.button('Win').click();
    await expect(page.getByText('This request came from another site.')).toBeVisible();
    await visitor.askForMail('grace@example.org');
    expect((await post.next()).to).toContain('grace@example.org');
    expect(await post.count()).toBe(1);
  });

  test(`a form on ${host} with another port cannot sign anybody out`, async ({ visitor, latchkey, page, site }) => {
    await visitor.signIn(ADA.login, ADA.password);
    const port = await site(`${latchkey.url}/form/sign_out`, {});
    visitor.watch.expect(403, '/form/sign_out');
    await page.goto(`http://${host}:${port}/`);
    await visitor.button('Win').click();
    await expect(page.getByText('This request came from another site.')).toBeVisible();
    await visitor.open('/account', 'Your account');
  });
}

test('no page can be put into a frame of another site', async ({ visitor, latchkey, page, site }) => {
  const port = await site('/', {});
  visitor.watch.forgive(/ERR_BLOCKED_BY_RESPONSE|frame-ancestors/);
  await page.goto(`http://localhost:${port}/`);
  await page.evaluate((address) => {
    const frame = document.createElement('iframe');
    frame.src = address;
    document.body.append(frame);
  }, `${latchkey.url}/sign-in`);
  await expect(page.frameLocator('iframe').getByRole('button', { name: 'Sign in' })).toHaveCount(0);
});

test('cookies are for this host alone, and scripts cannot read them', async ({ visitor, context, post }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await visitor.signIn('grace', ADA.password);
  const cookies = await context.cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(['__Host-latchkey-reset', '__Host-latchkey-session']);
  for (const cookie of cookies) expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax', path: '/' });
});
