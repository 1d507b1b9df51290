// One running server: its own process, port, database, key, clock and log. Nothing is shared between tests.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';

const run = promisify(execFile);

/** The binary with a movable clock, from `scripts/build-site.sh --test`. */
export const BINARY = resolve(
  process.env['LATCHKEY_BIN'] ?? join(process.env['CARGO_TARGET_DIR'] ?? join(import.meta.dirname, '../../target'), 'end2end/latchkey'),
);

export type Environment = Record<string, string>;

export interface Launch {
  /** `demo` has sample accounts, file mails and the mailbox page; `serve` has what the environment says. */
  mode: 'demo' | 'serve';
  environment?: Environment;
}

export interface Account {
  login: string;
  email: string;
  name: string;
  password: string;
  role?: 'user' | 'helpdesk' | 'admin';
  locale?: string;
}

/** Servers of tests that were given up; none outlives the run. */
const atExit = new Set<ChildProcess>();
process.once('exit', () => atExit.forEach((server) => server.kill('SIGKILL')));

/** What the program of {@link Latchkey.call} may do. */
const SCOPES = ['settings:write', 'accounts:read', 'accounts:write'].flatMap((scope) => ['--scope', scope]);

export class Latchkey {
  private process: ChildProcess | undefined;
  private address = '';
  private output = '';
  private moved = 0;
  private program: string | undefined;

  private constructor(
    private readonly mode: 'demo' | 'serve',
    private readonly folder: string,
    private environment: Environment,
  ) {}

  static async launch({ mode, environment = {} }: Launch): Promise<Latchkey> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run scripts/build-site.sh --test first`);
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-end2end-'));
    const own: Environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      LATCHKEY_TEST_CLOCK_FILE: join(folder, 'clock'),
      LATCHKEY_SETTINGS__LIMITS__ENABLED: 'false',
      LATCHKEY_SETTINGS__CAPTCHA__PROVIDER: 'none',
    };
    // The demo finds its own address; a real installation is told what its links start with.
    const port = mode === 'demo' ? 0 : await quietPort();
    const address: Environment = mode === 'demo' ? {} : { LATCHKEY_PUBLIC_URL: `http://127.0.0.1:${port}` };
    const latchkey = new Latchkey(mode, folder, { ...own, ...address, ...environment });
    await latchkey.start(port);
    return latchkey;
  }

  /** Where it answers, without a slash at the end. */
  get url(): string {
    return this.address;
  }

  /** Everything it has said so far. */
  get log(): string {
    return this.output;
  }

  /** Where the demo puts its mails. */
  get mailFolder(): string {
    return join(this.folder, 'data', 'mail');
  }

  /** Starts again on the same data, with changes of the environment. */
  async restart(changes: Environment): Promise<void> {
    await this.stop();
    this.environment = { ...this.environment, ...changes };
    await this.start(Number(new URL(this.address).port));
  }

  /** Moves the server's clock forward. */
  async later(minutes: number): Promise<void> {
    this.moved += Math.round(minutes * 60_000);
    await writeFile(join(this.folder, 'clock'), String(this.moved));
  }

  /** Moves the server's clock to the beginning of an hour: failures are counted by windows, and none is to end within a test. */
  async toFreshWindow(): Promise<void> {
    const minute = ((Date.now() + this.moved) / 60_000) % 60;
    await this.later(60 - minute);
  }

  /** Changes a setting, as an administrator does. */
  async set(name: string, value: string): Promise<void> {
    await this.command(['settings', 'set', name, value]);
  }

  async add({ login, email, name, password, role = 'user', locale = 'en' }: Account): Promise<void> {
    const words = ['account', 'add', '--login', login, '--email', email, '--name', name, '--role', role, '--locale', locale, '--password-stdin'];
    await this.command(words, `${password}\n`);
  }

  /** Calls REST the way a program of the organisation does; answers what it got. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${await this.key()}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    expect(answer.ok, `${method} ${path}: ${answer.status} ${text}`).toBe(true);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** The id of somebody's account. */
  async id(login: string): Promise<string> {
    const { items } = (await this.call('GET', `/accounts?search=${login}`)) as { items: { id: string; login_name: string }[] };
    const found = items.find((account) => account.login_name === login);
    if (!found) throw new Error(`there is no ${login}`);
    return found.id;
  }

  private async key(): Promise<string> {
    this.program ??= (await this.command(['api-key', 'add', '--name', 'end2end', ...SCOPES])).trim().split(/\s+/).at(-1) ?? '';
    return this.program;
  }

  /** Checks the audit trail, as an operator does; throws when it is not intact. */
  async verifyAudit(): Promise<void> {
    await this.command(['audit', 'verify']);
  }

  /** Whether mail is on its way in time, as monitoring sees it. */
  async queueIsHealthy(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`);
    return ((await answer.json()) as { queue: boolean }).queue;
  }

  /** Ends it the way an operator does. It has to go by itself, having met nothing unexpected. */
  async stop(): Promise<void> {
    const process = this.process;
    if (!process || process.exitCode !== null) return;
    this.process = undefined;
    const impatience = setTimeout(() => process.kill('SIGKILL'), 10_000);
    process.kill('SIGTERM');
    const [code, signal] = (await once(process, 'exit')) as [number | null, string | null];
    clearTimeout(impatience);
    atExit.delete(process);
    expect({ code, signal }, `how the server ended; it said:\n${this.output}`).toEqual({ code: 0, signal: null });
    expect(this.output, 'the log of the server').not.toMatch(/panicked|\bERROR\b/);
  }

  /** Removes its data. */
  async forget(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async start(port: number): Promise<void> {
    // The folder as working directory: a configuration file lying about elsewhere does not count.
    const options = { cwd: this.folder, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
    const process = spawn(BINARY, [this.mode, '--listen', `127.0.0.1:${port}`], options);
    this.process = process;
    atExit.add(process);
    let said = '';
    const address = new Promise<string>((tell, fail) => {
      process.stdout.on('data', (text: Buffer) => {
        said += text.toString();
        const heard = /(?:listening on|Open)\s+(http:\/\/[\d.]+:\d+)/.exec(said);
        if (heard?.[1]) tell(heard[1]);
      });
      process.stderr.on('data', (text: Buffer) => (this.output += text.toString()));
      process.once('exit', () => fail(new Error(`the server did not start:\n${this.output}`)));
      process.once('error', fail);
    });
    this.address = await address;
  }

  private async command(words: string[], input = ''): Promise<string> {
    const running = run(BINARY, words, { cwd: this.folder, env: this.environment });
    // A command that needs no input may be done before this: how it ended is what counts.
    running.child.stdin?.on('error', () => undefined).end(input);
    return (await running).stdout;
  }
}

/** A free port below those that systems give to outgoing connections, so that nobody takes it before the server does. */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const trial = createServer().listen(port, '127.0.0.1');
    const free = await once(trial, 'listening').then(() => true, () => false);
    await new Promise((closed) => trial.close(closed));
    if (free) return port;
  }
}
