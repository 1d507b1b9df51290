// The same job through real mail servers: plain on this machine, encrypted with an authority of the house, and with certificates
// that must not be trusted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type Certificate } from '../support/certificates';
import type { Latchkey } from '../support/latchkey';
import { ADA, NEW_PASSWORD } from '../support/people';
import { LOGIN, MailServer } from '../support/smtp';
import { expect, test as base } from '../support/test';
import type { Visitor } from '../support/visitor';

/** What the mail server shows when it is asked to encrypt. */
type Security = 'nothing, on this machine' | 'a certificate of the house' | (typeof WRONG)[number];
const WRONG = ["a stranger's certificate", 'a certificate for another host', 'nothing, although it must'] as const;

interface Mailing {
  security: Security;
  smtp: MailServer;
  /** The authority that the server under test is told to trust. */
  house: Authority;
}

const SENDER = 'no-reply@reset.example';

/** A production server: it serves, sends by SMTP, and has Ada's account. */
const test = base.extend<Mailing & { folder: string }>({
  security: ['nothing, on this machine', { option: true }],
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-certificates-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  house: async ({ folder }, use) => use(await Authority.found(folder, 'house')),
  smtp: async ({ security, house, folder }, use) => {
    const server = new MailServer();
    await server.open(await shown(security, house, folder));
    await use(server);
    await server.close();
  },
  post: async ({ smtp }, use) => use(smtp),
  latchkey: async ({ launch, smtp, security, house }, use) => {
    const login = `${LOGIN.user}:${encodeURIComponent(LOGIN.password)}`;
    const plain = security === 'nothing, on this machine';
    const environment = {
      LATCHKEY_MAIL_URL: plain ? `smtp://127.0.0.1:${smtp.port}` : `smtp://${login}@localhost:${smtp.port}?tls=required`,
      LATCHKEY_MAIL_CA_FILE: house.file,
      LATCHKEY_SETTINGS__MAIL__SENDER_ADDRESS: SENDER,
    };
    const latchkey = await launch({ mode: 'serve', environment });
    await latchkey.add(ADA);
    await use(latchkey);
  },
});

async function shown(security: Security, house: Authority, folder: string): Promise<Certificate | undefined> {
  switch (security) {
    case 'a certificate of the house':
      return house.sign('localhost');
    case "a stranger's certificate":
      return (await Authority.found(folder, 'stranger')).sign('localhost');
    case 'a certificate for another host':
      return house.sign('mail.elsewhere.example');
    case 'nothing, on this machine':
    case 'nothing, although it must':
      return undefined;
  }
}

async function resets(visitor: Visitor, smtp: MailServer): Promise<void> {
  visitor.watch.guard(LOGIN.password);
  await visitor.askForMail();
  await visitor.openLink(await smtp.next());
  await visitor.choosePassword();
  await smtp.next('changed');
  await visitor.signIn(ADA.login, NEW_PASSWORD);
  await visitor.signOut();
}

test('a mail server on this machine carries the whole reset without encryption', async ({ visitor, smtp }) => {
  await resets(visitor, smtp);
  const envelope = { from: SENDER, to: [ADA.email], encrypted: false, user: undefined };
  expect(smtp.envelopes).toEqual([envelope, envelope]);
});

test.describe('a mail server with a certificate of the house', () => {
  test.use({ security: 'a certificate of the house' });
  test('carries the whole reset, encrypted and signed in', async ({ visitor, smtp }) => {
    await resets(visitor, smtp);
    const envelope = { from: SENDER, to: [ADA.email], encrypted: true, user: LOGIN.user };
    expect(smtp.envelopes).toEqual([envelope, envelope]);
  });
});

for (const security of WRONG) {
  test.describe(`a mail server that shows ${security}`, () => {
    test.use({ security });
    test('gets nothing, and the mail waits until it is put right', async ({ visitor, latchkey, smtp, house }) => {
      visitor.watch.guard(LOGIN.password);
      await visitor.askForMail();
      await failed(latchkey, 1);
      expect(await latchkey.queueIsHealthy()).toBe(true);

      await latchkey.later(16);
      expect(await latchkey.queueIsHealthy(), 'a mail that waits this long shows up in monitoring').toBe(false);
      await failed(latchkey, 2);
      expect(smtp.envelopes, 'mails that got through').toEqual([]);

      await smtp.close();
      await smtp.open(await house.sign('localhost'));
      await latchkey.later(2);
      await visitor.openLink(await smtp.next());
      await visitor.choosePassword();
      await smtp.next('changed');
      expect(smtp.envelopes.every(({ encrypted }) => encrypted)).toBe(true);
      await expect.poll(() => latchkey.queueIsHealthy()).toBe(true);
    });
  });
}

/** Waits until sending has failed so many times. */
async function failed(latchkey: Latchkey, times: number): Promise<void> {
  await expect.poll(() => latchkey.log.match(/mail not sent, will be tried again/g)?.length ?? 0).toBeGreaterThanOrEqual(times);
}
