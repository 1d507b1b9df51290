// Captcha providers of our own. Each stands at the real hosts, as far as the browser knows, so that the policy of our pages is put to
// the test; and at an address of this machine, where the server asks about tokens. Both speak as the provider's documentation says.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Route } from '@playwright/test';
import type { Environment } from './latchkey';

/** What tells one provider from another. */
export interface Kind {
  /** As the setting calls it. */
  name: string;
  /** The object that its script makes. */
  global: 'grecaptcha' | 'hcaptcha' | 'turnstile';
  /** The field that its widget puts into the form. */
  field: string;
  /** Whether somebody has to tick something. */
  ticked: boolean;
  /** Whether it says what a token is for. */
  says: { action?: true; score?: true };
  /** Where its script is. */
  script: string;
  /** What its script loads further, by what the policy calls it. */
  loads: { script?: string; frame: string; image?: string; style?: string; connection?: string };
}

const GOOGLE = {
  global: 'grecaptcha',
  field: 'g-recaptcha-response',
  script: 'https://www.google.com/recaptcha/api.js',
  loads: {
    script: 'https://www.gstatic.com/recaptcha/releases/double/recaptcha__en.js',
    frame: 'https://www.google.com/recaptcha/api2/anchor',
    image: 'https://www.gstatic.com/recaptcha/api2/logo_48.svg',
    connection: 'https://www.google.com/recaptcha/api2/clr',
  },
} as const;

export const KINDS: readonly Kind[] = [
  { ...GOOGLE, name: 'recaptcha_v2', ticked: true, says: {} },
  { ...GOOGLE, name: 'recaptcha_v2_invisible', ticked: false, says: {} },
  { ...GOOGLE, name: 'recaptcha_v3', ticked: false, says: { action: true, score: true } },
  {
    name: 'hcaptcha',
    global: 'hcaptcha',
    field: 'h-captcha-response',
    ticked: true,
    says: {},
    script: 'https://js.hcaptcha.com/1/api.js',
    loads: {
      frame: 'https://newassets.hcaptcha.com/captcha/v1/hcaptcha.html',
      style: 'https://newassets.hcaptcha.com/captcha/v1/challenge.css',
      connection: 'https://api.hcaptcha.com/checksiteconfig',
    },
  },
  {
    name: 'turnstile',
    global: 'turnstile',
    field: 'cf-turnstile-response',
    ticked: true,
    says: { action: true },
    script: 'https://challenges.cloudflare.com/turnstile/v0/api.js',
    loads: { frame: 'https://challenges.cloudflare.com/cdn-cgi/challenge-platform/turnstile' },
  },
];

/** Every host that a provider's parts come from. */
export const HOSTS = /^https:\/\/(www\.google\.com|www\.gstatic\.com|([a-z]+\.)?hcaptcha\.com|challenges\.cloudflare\.com)\//;

const SITE_KEY = 'site-key-of-this-installation';
const SECRET = 'secret-of-this-installation';

/** Tokens are about this long: a form with one does not fit into a cookie. */
const LENGTH = 2000;

interface Verdict {
  success: boolean;
  hostname?: string;
  action?: string;
  score?: number;
  'error-codes'?: string[];
}

export class Provider {
  /** The next tokens are ones that it does not know itself. */
  forges = false;
  /** The next token is the last one again, and it says yes to it again: that a token counts once is ours to see to. */
  repeats = false;
  /** What it makes of visitors. */
  score = 0.9;
  /** Whether an invisible widget's riddle is closed by whoever sees it. */
  closes = false;
  /** Verdicts, in order. */
  readonly said: Verdict[] = [];
  /** Where a page told it that it came from. */
  readonly referers: string[] = [];
  private last = '';
  private readonly tokens = new Map<string, Verdict>();
  private readonly server: Server;

  private constructor(readonly kind: Kind) {
    this.server = createServer((request, response) => {
      void (async () => {
        let body = '';
        for await (const part of request) body += String(part);
        const verdict = request.method === 'POST' && request.url === '/siteverify' ? this.judge(new URLSearchParams(body)) : undefined;
        if (verdict) this.said.push(verdict);
        response.writeHead(verdict ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(verdict ?? {}));
      })();
    });
  }

  static async open(kind: Kind): Promise<Provider> {
    const provider = new Provider(kind);
    provider.server.listen(0, '127.0.0.1');
    await once(provider.server, 'listening');
    return provider;
  }

  /** What the server's environment has, so that it asks here. */
  get environment(): Environment {
    const { port } = this.server.address() as AddressInfo;
    return {
      LATCHKEY_SETTINGS__CAPTCHA__PROVIDER: this.kind.name,
      LATCHKEY_SETTINGS__CAPTCHA__SITE_KEY: SITE_KEY,
      LATCHKEY_SETTINGS__CAPTCHA__SECRET_KEY: SECRET,
      LATCHKEY_SETTINGS__CAPTCHA__VERIFY_URL: `http://127.0.0.1:${port}/siteverify`,
    };
  }

  /** From now on nobody answers the server; what browsers get stays. */
  async hangUp(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  /** Answers this browser in the provider's place. */
  async serve(context: BrowserContext): Promise<void> {
    await context.route(HOSTS, (route) => this.answer(route));
  }

  private async answer(route: Route): Promise<void> {
    const [url, { referer }] = [new URL(route.request().url()), route.request().headers()];
    if (referer?.startsWith('http://127.0.0.1')) this.referers.push(referer);
    const part = `${url.origin}${url.pathname}`;
    const { script, loads } = this.kind;
    const send = (contentType: string, body: string) => route.fulfill({ contentType, body, headers: { 'access-control-allow-origin': '*' } });
    if (part === script) return send('text/javascript', `(${widget.toString()})(${JSON.stringify(this.kind)}, '${SITE_KEY}')`);
    if (part === loads.frame) return send('text/html', FRAME);
    if (part === `${loads.frame}/token`) return send('text/plain', this.token(url.searchParams.get('action') ?? ''));
    if (part === loads.script) return send('text/javascript', 'latchkeyDouble()');
    if (part === loads.image) return send('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
    if (part === loads.style) return send('text/css', '');
    if (part === loads.connection) return send('application/json', '{}');
    // Only asked for to see whether the page's policy lets it: see `refused`.
    if (url.pathname.endsWith('/elsewhere')) return send('text/html', '');
    return route.fulfill({ status: 404 });
  }

  /** What a widget gives to the page. Empty: its visitor closed the riddle. */
  private token(action: string): string {
    if (this.closes) return '';
    if (this.repeats) return this.last;
    this.last = randomBytes(LENGTH / 2).toString('hex');
    const { says } = this.kind;
    const verdict: Verdict = { success: true, hostname: '127.0.0.1' };
    if (says.action) verdict.action = action;
    if (says.score) verdict.score = this.score;
    if (!this.forges) this.tokens.set(this.last, verdict);
    return this.last;
  }

  /** As `siteverify` answers. */
  private judge(asked: URLSearchParams): Verdict {
    const failed = (code: string): Verdict => ({ success: false, 'error-codes': [code] });
    if (asked.get('secret') !== SECRET) return failed('invalid-input-secret');
    const token = asked.get('response');
    if (!token) return failed('missing-input-response');
    return this.tokens.get(token) ?? failed('invalid-input-response');
  }
}

/** A provider's script, in the page. */
function widget(kind: Kind, siteKey: string): void {
  const script = document.currentScript as HTMLScriptElement;
  const asked = new URL(script.src).searchParams;
  const onload = asked.get('onload');
  const known = ['onload', 'render', ...(kind.global === 'turnstile' ? ['compat'] : ['hl', 'recaptchacompat'])];
  for (const name of asked.keys()) if (!known.includes(name)) console.warn(`unknown parameter ${name}`);
  type Options = { sitekey?: string; action?: string; size?: 'invisible' | 'compact' | 'normal'; callback?: (token: string) => void };
  type Shown = { frame: HTMLIFrameElement; field: HTMLInputElement | HTMLTextAreaElement; options: Options };
  const shown: Shown[] = [];
  const waiting: (() => void)[] = [];
  let isReady = false;
  let times = 0;

  const show = (spot: Element, options: Options): number => {
    if (options.sitekey !== siteKey) throw new Error('this site key is unknown');
    if (spot.childElementCount > 0) throw new Error('there is something here already');
    const frame = document.createElement('iframe');
    const invisible = options.size === 'invisible';
    frame.title = `Are you a person? ${kind.name}`;
    frame.src = `${kind.loads.frame}?widget=${shown.length}&action=${options.action ?? ''}&invisible=${invisible}`;
    const boxes = { invisible: ['0', '0'], compact: ['150px', '140px'], normal: ['300px', '60px'] };
    const [width, height] = boxes[options.size ?? 'normal'];
    Object.assign(frame.style, { width, height }, invisible ? { border: '0' } : {});
    const field = document.createElement(kind.global === 'turnstile' ? 'input' : 'textarea');
    field.name = kind.field;
    field.hidden = true;
    if (field instanceof HTMLInputElement) field.type = 'hidden';
    spot.append(frame, field);
    return shown.push({ frame, field, options }) - 1;
  };
  addEventListener('message', ({ data, origin }) => {
    if (origin !== new URL(kind.loads.frame).origin) return;
    const { field, options } = shown[data.widget] ?? {};
    if (!field) return;
    field.value = data.token;
    options?.callback?.(data.token);
  });
  const execute = (id: number): void => {
    const frame = shown[id]?.frame;
    const time = (times += 1);
    const say = () => frame?.contentWindow?.postMessage(time, '*');
    // The frame may still be on its way. If it hears both, it answers once.
    say();
    frame?.addEventListener('load', say, { once: true });
  };
  const score = (action: string): Promise<string> =>
    new Promise((given) => {
      const spot = document.body.appendChild(document.createElement('div'));
      execute(show(spot, { sitekey: siteKey, action, size: 'invisible', callback: given }));
    });
  const api = {
    render: show,
    execute: (what: number | string, options?: { action: string }) => {
      if (typeof what === 'number') return execute(what);
      if (asked.get('render') !== what || !options) throw new Error('this site key was not named when the script was loaded');
      return score(options.action);
    },
    reset: (id: number) => {
      const { frame, field } = shown[id] ?? {};
      if (!frame || !field) throw new Error('there is no such widget');
      field.value = '';
      frame.contentWindow?.postMessage('reset', '*');
    },
    ready: (then: () => void) => {
      if (kind.global === 'turnstile' && script.async) throw new Error('the page did not wait for this script');
      if (isReady) then();
      else waiting.push(then);
    },
  };
  const start = () => {
    isReady = true;
    Object.assign(window, { [kind.global]: api });
    if (onload) (window as unknown as Record<string, () => void>)[onload]?.();
    for (const then of waiting) then();
  };
  // Google's object is there at once, and of use when a second script has come; the others do all of it themselves.
  if (kind.global === 'grecaptcha') Object.assign(window, { grecaptcha: { ready: api.ready } });
  const { script: further, image, style, connection } = kind.loads;
  if (image) new Image().src = image;
  if (style) document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: style }));
  if (connection) void fetch(connection, { method: 'POST', body: 'x' });
  if (further) {
    Object.assign(window, { latchkeyDouble: start });
    document.head.append(Object.assign(document.createElement('script'), { src: further }));
  } else {
    setTimeout(start);
  }
}

/** What is in a provider's frame: a box to tick, or nothing to see. */
const FRAME = `<!doctype html>
<title>Are you a person?</title>
<label><input type="checkbox"> I am a person</label>
<script>
  const asked = new URLSearchParams(location.search);
  const box = document.querySelector('input');
  const give = async () => {
    const token = await (await fetch(location.pathname + '/token?' + asked)).text();
    if (token) parent.postMessage({ widget: Number(asked.get('widget')), token }, '*');
  };
  box.onchange = () => box.checked && give();
  if (asked.get('invisible') === 'true') document.querySelector('label').remove();
  let executed = 0;
  onmessage = ({ data }) => {
    if (data === 'reset') box.checked = false;
    else if (data > executed) {
      executed = data;
      give();
    }
  };
</script>`;
