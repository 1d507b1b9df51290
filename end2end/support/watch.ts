// Looks over the browser's shoulder. Whatever a test is about, it fails when a page
//   - writes an error or a warning to the console, breaks its content security policy, or throws,
//   - asks anything of another host, or gets an answer it should not get,
//   - lets a secret out: into an address, a Referer, the history, the browser's storage, the page, or the server's log,
//   - is not the HTML that the standard describes, as the server sent it, or has a weak policy.
import { type BrowserContext, type ConsoleMessage, expect, type Page, type Request, type Response } from '@playwright/test';
import { flaws } from './html';
import { weaknesses } from './policy';

/** Console lines that say what the checks below say better, or that are about the test and not about the page. */
const BESIDE_THE_POINT = [
  // Every answer from 400 on; those are judged by `response`.
  /^Failed to load resource: the server responded with a status of/,
  // Without JavaScript nothing uses what was fetched for it.
  /was preloaded using link preload but not used/,
];

/** Pages that show mails, and so what is in them. */
const SHOWS_MAILS = '/dev/mailbox';

export class Watch {
  private readonly complaints: string[] = [];
  private readonly requests: Request[] = [];
  private readonly bodies: Promise<{ url: string; text: string }>[] = [];
  private readonly documents: Promise<{ url: string; text: string }>[] = [];
  private readonly expected: { status: number; path: string }[] = [];
  private readonly forgiven: RegExp[] = [];
  private readonly secrets = new Set<string>();
  private readonly contexts: BrowserContext[] = [];

  constructor(
    private readonly origin: () => string,
    /** Whether JavaScript runs. */
    private readonly script: boolean,
  ) {}

  async follow(context: BrowserContext): Promise<void> {
    this.contexts.push(context);
    // Reported by the page itself: not every violation reaches the console.
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => console.error(`policy broken: ${event.violatedDirective} ${event.blockedURI}`));
    });
    context.on('console', (message) => this.heard(message));
    context.on('weberror', (error) => this.complaints.push(`thrown: ${error.error().stack ?? error.error().message}`));
    context.on('request', (request) => this.asked(request));
    context.on('requestfailed', (request) => this.failed(request));
    context.on('response', (response) => this.answered(response));
    context.on('requestfinished', (request) => this.finished(request));
  }

  /** From now on this text may be typed and mailed, and appear nowhere else. */
  guard(secret: string): void {
    this.secrets.add(secret);
  }

  /** Every address asked for so far, in order. */
  addresses(): string[] {
    return this.requests.map((request) => `${request.method()} ${new URL(request.url()).pathname}`);
  }

  /** An answer from 400 on that belongs to the test. */
  expect(status: number, path: string): void {
    this.expected.push({ status, path });
  }

  /** Complaints of this kind are what the test provokes. */
  forgive(complaint: RegExp): void {
    this.forgiven.push(complaint);
  }

  /** The verdict, while the pages are still there. */
  async judge(log: string): Promise<void> {
    const secrets = [...this.secrets];
    for (const page of this.contexts.flatMap((context) => context.pages())) await this.inspect(page, secrets);
    for (const request of this.requests) {
      if (!opensLink(request)) this.search(request.url(), secrets, 'address');
      this.search((await request.allHeaders())['referer'] ?? '', secrets, `Referer sent to ${request.url()}`);
    }
    for (const { url, text } of await Promise.all(this.bodies)) this.search(text, secrets, `answer of ${url}`);
    for (const { url, text } of await Promise.all(this.documents)) {
      for (const flaw of await flaws(new URL(url).pathname, text)) this.complaints.push(`HTML of ${url}: ${flaw}`);
    }
    this.search(log, secrets, 'log of the server');
    for (const { status, path } of this.expected) this.complaints.push(`${status} for ${path} never came`);
    const left = this.complaints.filter((complaint) => !this.forgiven.some((pattern) => pattern.test(complaint)));
    expect(left, 'what the browser complained about').toEqual([]);
  }

  private heard(message: ConsoleMessage): void {
    const wanted = message.type() === 'error' || message.type() === 'warning';
    if (wanted && !BESIDE_THE_POINT.some((pattern) => pattern.test(message.text()))) {
      this.complaints.push(`console: ${message.text()} (${message.location().url})`);
    }
  }

  private asked(request: Request): void {
    this.requests.push(request);
    const { protocol, hostname } = new URL(request.url());
    if (/^https?:$/.test(protocol) && !/^(127\.0\.0\.1|localhost)$/.test(hostname)) {
      this.complaints.push(`request to another host: ${request.url()}`);
    }
  }

  private failed(request: Request): void {
    // A browser without JavaScript does not fetch scripts.
    if (!this.script && request.resourceType() === 'script') return;
    const why = request.failure()?.errorText ?? '';
    // The browser gives up what a page was still loading when the visitor goes on.
    if (why !== 'net::ERR_ABORTED') this.complaints.push(`request failed: ${request.url()} ${why}`);
  }

  private answered(response: Response): void {
    const url = new URL(response.url());
    const here = this.expected.findIndex(({ status, path }) => status === response.status() && path === url.pathname);
    if (here >= 0) this.expected.splice(here, 1);
    else if (response.status() >= 400) this.complaints.push(`${response.status()} for ${response.request().method()} ${response.url()}`);
    if (url.origin === this.origin() && response.request().resourceType() === 'document') {
      const policy = response.headers()['content-security-policy'] ?? '';
      for (const weakness of weaknesses(policy)) this.complaints.push(`policy of ${response.url()}: ${weakness}`);
    }
  }

  /** Keeps what pages and scripts got, once it is complete: an answer that nobody reads never is. */
  private finished(request: Request): void {
    const url = new URL(request.url());
    if (url.origin !== this.origin() || !['document', 'fetch', 'xhr'].includes(request.resourceType())) return;
    const body = text(request);
    if (request.resourceType() === 'document') this.documents.push(body);
    if (!url.pathname.startsWith(SHOWS_MAILS)) this.bodies.push(body);
  }

  private async inspect(page: Page, secrets: string[]): Promise<void> {
    if (!page.url().startsWith(this.origin())) return;
    const kept = await page.evaluate(() => ({
      storage: JSON.stringify({ ...localStorage, ...sessionStorage }),
      cookies: document.cookie,
      history: navigation.entries().map((entry) => entry.url),
    }));
    if (kept.storage !== '{}') this.complaints.push(`kept in the browser: ${kept.storage}`);
    if (kept.cookies !== '') this.complaints.push(`cookies that scripts can read: ${kept.cookies}`);
    for (const url of kept.history) this.search(url ?? '', secrets, 'history');
  }

  private search(text: string, secrets: string[], where: string): void {
    for (const secret of secrets) {
      const spellings = [secret, encodeURIComponent(secret), encodeURIComponent(secret).replaceAll('%20', '+')];
      if (spellings.some((spelling) => text.includes(spelling))) this.complaints.push(`secret in ${where}: ${text.slice(0, 200)}`);
    }
  }
}

/** What was answered. Redirects have no body, and what a page got last may be gone with it. */
async function text(request: Request): Promise<{ url: string; text: string }> {
  const body = request.response().then((response) => response?.text() ?? '');
  return { url: request.url(), text: await body.catch(() => '') };
}

/** The one request that carries the secret of a mail: opening its link. */
function opensLink(request: Request): boolean {
  const url = new URL(request.url());
  return request.isNavigationRequest() && ['/reset', '/recovery/undo'].includes(url.pathname) && url.searchParams.has('key');
}
