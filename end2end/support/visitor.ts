// What a person does, in the words of the pages. With JavaScript it waits for the page to have come alive, as a person would who
// sees buttons react; without, a page is complete when it is there.
import { expect, type Locator, type Page } from '@playwright/test';
import type { Mail } from './mail';
import { ADA, NEW_PASSWORD } from './people';
import type { Watch } from './watch';

export class Visitor {
  constructor(
    readonly page: Page,
    readonly watch: Watch,
    /** Whether JavaScript runs. */
    readonly script: boolean,
  ) {}

  // --- reading ---------------------------------------------------------------------------------------------------------------------

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  /** What a page says when something did not work. */
  get problem(): Locator {
    return this.page.getByRole('alert');
  }

  /** Waits for the page of that heading to be there, and alive where it has a script. */
  async sees(heading: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText(heading);
    if (this.script && (await this.page.locator('script[type="module"]').count()) > 0) await this.page.locator('html[data-hydrated]').waitFor();
  }

  /** Waits for a page of the console, which is complete when it is there. */
  async reads(heading: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText(heading);
  }

  // --- going -----------------------------------------------------------------------------------------------------------------------

  async open(path: string, heading: string, status = 200): Promise<void> {
    if (status >= 400) this.watch.expect(status, path);
    const answer = await this.page.goto(path);
    expect(answer?.status(), `status of ${path}`).toBe(status);
    await this.sees(heading);
  }

  /** Opens a page of the console, signing in on the way where that is asked for. */
  async openConsole(path: string, heading: string, staff: { login: string; password: string }): Promise<void> {
    await this.page.goto(path);
    if (new URL(this.page.url()).pathname === '/sign-in') {
      await this.sees('Sign in');
      await this.trySignIn(staff.login, staff.password);
    }
    await this.reads(heading);
  }

  /** Opens a mailed link in this browser's address bar. */
  async openLink(mail: Mail): Promise<void> {
    this.keep(mail);
    await this.page.goto(mail.link);
    await this.sees('Choose a new password');
    expect(new URL(this.page.url()).search, 'the secret has left the address').toBe('');
  }

  /** Opens a link that gives the right to nothing. */
  async openDeadLink(link: string): Promise<void> {
    this.watch.expect(410, '/reset');
    const answer = await this.page.goto(link);
    expect(answer?.status()).toBe(410);
    await this.sees(NOT_VALID);
  }

  /** Whatever this mail holds appears nowhere else from now on. */
  keep(mail: Mail): void {
    for (const secret of mail.secrets) this.watch.guard(secret);
  }

  /** Clicks and waits for the answer: what a page says when a form was refused may still be about the time before. */
  private async send(button: string, form: string): Promise<void> {
    const answer = this.page.waitForResponse((response) => new URL(response.url()).pathname === form);
    await Promise.all([answer, this.button(button).click()]);
  }

  // --- doing -----------------------------------------------------------------------------------------------------------------------

  async askForMail(identifier: string = ADA.email): Promise<void> {
    await this.open('/forgot', 'Forgot your password?');
    await this.field(IDENTIFIER).fill(identifier);
    await this.button('Send me a mail').click();
    await this.sees('Check your mail');
  }

  async typeCode(code: string): Promise<void> {
    await this.field('Code from the mail').fill(code);
    await this.send('Use this code', '/form/verify_reset_code');
  }

  async typePasswords(password: string, repeated: string = password): Promise<void> {
    for (const secret of [password, repeated]) if (secret.length >= 8) this.watch.guard(secret);
    await this.field('New password').fill(password);
    await this.field('Repeat the new password').fill(repeated);
  }

  async choosePassword(password: string = NEW_PASSWORD): Promise<void> {
    await this.typePasswords(password);
    await this.button('Save new password').click();
    await this.sees('Your password is changed');
  }

  async trySignIn(identifier: string, password: string): Promise<void> {
    if (password.length >= 8) this.watch.guard(password);
    await this.field(IDENTIFIER).fill(identifier);
    await this.field('Password').fill(password);
    await this.send('Sign in', '/form/sign_in');
  }

  async signIn(identifier: string, password: string): Promise<void> {
    await this.open('/sign-in', 'Sign in');
    await this.trySignIn(identifier, password);
    await this.sees('Your account');
  }

  async signOut(): Promise<void> {
    await this.button('Sign out').click();
    await this.sees('Sign in');
  }
}

export const IDENTIFIER = 'Login name or e-mail address';

export const NOT_VALID = 'This link is not valid any more';
