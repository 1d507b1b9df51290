// The captcha in the browser. A form has an empty place for it (`data-captcha`, the place's name); this fills it as soon as somebody
// begins with the form, and holds the form back until there is an answer. It is no part of the page's own download.
//
// Whatever goes wrong here, the form is sent without an answer, and the server lets its visitor wait a few seconds instead.

const told = document.getElementById('captcha-script').dataset;
const places = new Set(told.places.split(' '));

/** How long an answer counts; the server says ten minutes. */
const LIFETIME = 9 * 60_000;

/** What somebody began with, by form. */
const begun = new WeakMap();

/** The place in a form, where one is asked for. */
function spotOf(form) {
  const spot = form?.querySelector('[data-captcha]');
  return spot && places.has(spot.dataset.captcha) ? spot : null;
}

async function ask(place) {
  const answer = await fetch(`/api/v1/captcha?place=${place}`, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

/** What a place shows and holds: a line that is read out politely, a bar, and the answer. */
class Spot {
  constructor(element) {
    this.element = element;
    this.line = document.createElement('p');
    this.line.className = 'hint';
    this.line.setAttribute('role', 'status');
    this.input = document.createElement('input');
    this.input.type = 'hidden';
    this.input.name = 'captcha';
    this.content = document.createElement('div');
    element.replaceChildren(this.content, this.line, this.input);
  }

  say(text) {
    // A region is read out when it changes, not when it appears.
    requestAnimationFrame(() => (this.line.textContent = text));
  }

  bar() {
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', told.working);
    this.content.replaceChildren(bar);
    return bar;
  }

  clear() {
    this.content.replaceChildren();
    this.say('');
  }
}

/** Our own: a number is searched for in a worker. */
class Work {
  constructor(spot) {
    this.spot = new Spot(spot);
    this.place = spot.dataset.captcha;
    this.since = performance.now();
    // Signing in takes an answer only after failures: nobody is to be told about it before.
    this.quiet = this.place === 'sign_in';
    if (!this.quiet) this.show();
    this.ready = this.run().then(
      (answer) => this.found(answer),
      () => this.gaveUp(),
    );
  }

  show() {
    this.quiet = false;
    this.bar = this.spot.bar();
    this.spot.say(told.working);
  }

  async run() {
    const { challenge } = await ask(this.place);
    const worker = new Worker('/captcha-worker.js');
    try {
      const number = await new Promise((found, failed) => {
        worker.onmessage = ({ data }) => {
          if ('found' in data) found(data.found);
          else if (this.bar) this.bar.value = data.done;
        };
        worker.onerror = failed;
        worker.postMessage(challenge);
      });
      return `${challenge.token}.${number}`;
    } finally {
      worker.terminate();
    }
  }

  found(answer) {
    this.answered = true;
    this.spot.input.value = answer;
    if (this.quiet) return;
    this.spot.content.replaceChildren();
    this.spot.say(told.done);
  }

  gaveUp() {
    this.failed = true;
    this.spot.clear();
  }

  get isOver() {
    return performance.now() - this.since > LIFETIME;
  }

  /** Somebody sends the form before there is an answer: it goes as soon as there is one. */
  async wait() {
    if (this.quiet) this.show();
    await this.ready;
    return true;
  }

  sent() {
    this.spot.clear();
  }
}

const GOOGLE = 'https://www.google.com/recaptcha/api.js';
const READY = 'latchkeyCaptchaReady';

const OUTSIDE = {
  recaptcha_v2: { name: 'grecaptcha', url: `${GOOGLE}?render=explicit&hl=${told.lang}` },
  recaptcha_v2_invisible: { name: 'grecaptcha', url: `${GOOGLE}?render=explicit&hl=${told.lang}`, invisible: true },
  recaptcha_v3: { name: 'grecaptcha', url: `${GOOGLE}?render=${encodeURIComponent(told.siteKey)}&hl=${told.lang}`, scores: true },
  hcaptcha: { name: 'hcaptcha', url: `https://js.hcaptcha.com/1/api.js?render=explicit&recaptchacompat=off&hl=${told.lang}&onload=${READY}` },
  turnstile: { name: 'turnstile', url: `https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit&onload=${READY}` },
};

/** A provider's script, loaded once. Google's has `ready`; the others call the function that their address names. Turnstile has `ready`
 * as well, but not for a script that the page did not wait for. */
let loading;
function load({ name, url }) {
  loading ??= new Promise((loaded, failed) => {
    window[READY] = () => loaded(window[name]);
    const script = document.createElement('script');
    script.src = url;
    script.onerror = failed;
    script.onload = () => window.grecaptcha?.ready(window[READY]);
    document.head.append(script);
    setTimeout(() => failed(new Error('too slow')), 8_000);
  });
  return loading;
}

/** A provider's widget. */
class Widget {
  constructor(spot) {
    this.spot = new Spot(spot);
    this.place = spot.dataset.captcha;
    this.kind = OUTSIDE[told.provider];
    this.ready = this.run().catch(() => this.gaveUp());
  }

  async run() {
    // After a few failures only, which the server counts.
    if (this.place === 'sign_in' && !(await ask(this.place)).needed) return this.gaveUp();
    this.api = await load(this.kind);
    if (this.kind.scores) return;
    this.widget = this.api.render(this.spot.content, {
      sitekey: told.siteKey,
      action: this.place,
      language: told.lang,
      size: this.kind.invisible ? 'invisible' : window.innerWidth < 400 ? 'compact' : 'normal',
      callback: (token) => this.found(token),
      'expired-callback': () => this.lost(),
      'error-callback': () => this.gaveUp(),
    });
  }

  found(token) {
    this.answered = true;
    this.spot.input.value = token;
    this.spot.say('');
    this.heard?.();
  }

  lost() {
    this.answered = false;
    this.spot.input.value = '';
  }

  gaveUp() {
    this.failed = true;
    this.heard?.();
  }

  get isOver() {
    return false;
  }

  /** Whether the form may go now; where a person has to do something first, they are told. */
  async wait() {
    await this.ready;
    if (this.answered || this.failed) return true;
    if (this.kind.scores) {
      this.found(await this.api.execute(told.siteKey, { action: this.place }));
      return true;
    }
    const answer = new Promise((heard) => (this.heard = heard));
    if (this.kind.invisible) {
      this.again();
      await answer;
      return true;
    }
    this.spot.say(told.confirm);
    this.spot.content.querySelector('iframe, button, input')?.focus();
    return false;
  }

  /** Somebody who closed what an invisible widget showed presses the button once more: nobody else tells of that. */
  again() {
    if (this.kind.invisible && this.widget !== undefined) this.api.execute(this.widget);
  }

  /** The same widget serves the next time, so that what a person ticks meanwhile counts. */
  sent() {
    this.lost();
    if (this.widget !== undefined) this.api.reset(this.widget);
  }
}

function begin(form) {
  const spot = spotOf(form);
  if (!spot) return null;
  let work = begun.get(form);
  if (!work || work.isOver) {
    work = told.provider === 'proof_of_work' ? new Work(spot) : new Widget(spot);
    begun.set(form, work);
  }
  return work;
}

if ('equipped' in told) {
  for (const event of ['focusin', 'input']) {
    document.addEventListener(event, ({ target }) => begin(target.closest?.('form')));
  }
  // Before the page's own code hears of it.
  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target;
      const work = begin(form);
      if (!work) return;
      if (work.answered || work.failed) {
        // An answer is good once: the next time needs another one. What was posted is read before this.
        if (!(work instanceof Widget) || work.failed) begun.delete(form);
        setTimeout(() => work.sent());
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (work.waits) {
        work.again?.();
        return;
      }
      work.waits = true;
      const { submitter } = event;
      work
        .wait()
        .catch(() => work.gaveUp() ?? true)
        .then((goesOn) => {
          work.waits = false;
          if (goesOn) form.requestSubmit(submitter);
        });
    },
    true,
  );
} else {
  // This page was loaded as one that may not show the provider's widget.
  const look = () => [...document.querySelectorAll('form')].some(spotOf) && location.reload();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
