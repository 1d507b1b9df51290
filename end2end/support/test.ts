// What every test gets: a server of its own, a visitor in front of it, and somebody who watches.
import { type BrowserContext, test as base } from '@playwright/test';
import { Latchkey, type Environment, type Launch } from './latchkey';
import { Folder, type Post } from './post';
import { Visitor } from './visitor';
import { Watch } from './watch';

export { expect } from '@playwright/test';

export interface Options {
  /** What the server's environment has beside the usual. */
  environment: Environment;
}

interface Fixtures {
  /** Starts a further server; it ends with the test. */
  launch: (how: Launch) => Promise<Latchkey>;
  latchkey: Latchkey;
  post: Post;
  watch: Watch;
  visitor: Visitor;
  /** Those of other browsers; closed at the end, so that what lives on in their pages is no load for later tests. */
  furtherContexts: BrowserContext[];
  /** The same person, or another one, at another browser. */
  anotherBrowser: () => Promise<Visitor>;
}

export const test = base.extend<Options & Fixtures>({
  environment: [{}, { option: true }],

  launch: async ({}, use) => {
    const servers: Latchkey[] = [];
    await use(async (how) => {
      const server = await Latchkey.launch(how);
      servers.push(server);
      return server;
    });
    for (const server of servers) await server.stop();
    for (const server of servers) await server.forget();
  },

  latchkey: async ({ launch, environment }, use) => use(await launch({ mode: 'demo', environment })),

  baseURL: async ({ latchkey }, use) => use(latchkey.url),

  post: async ({ latchkey }, use) => use(new Folder(latchkey.mailFolder)),

  watch: async ({ latchkey, javaScriptEnabled }, use) => use(new Watch(() => latchkey.url, javaScriptEnabled ?? true)),

  furtherContexts: async ({}, use) => {
    const contexts: BrowserContext[] = [];
    await use(contexts);
    for (const context of contexts) await context.close();
  },

  // Further contexts are named here so that they outlive the verdict, which looks at their pages.
  visitor: async ({ page, context, watch, latchkey, javaScriptEnabled, furtherContexts: _ }, use) => {
    await watch.follow(context);
    await use(new Visitor(page, watch, javaScriptEnabled ?? true));
    await watch.judge(latchkey.log);
  },

  anotherBrowser: async ({ browser, watch, javaScriptEnabled, furtherContexts, visitor: _first }, use) => {
    await use(async () => {
      const context = await browser.newContext();
      furtherContexts.push(context);
      await watch.follow(context);
      return new Visitor(await context.newPage(), watch, javaScriptEnabled ?? true);
    });
  },
});
