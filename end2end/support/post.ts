// Where mails arrive: in files, as the demo writes them, or at an SMTP server of the test's own.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { type Kind, Mail } from './mail';

export abstract class Post {
  private readonly taken = new Set<string>();

  /** All mails so far, oldest first, by a name of their own. */
  protected abstract arrived(): Promise<Map<string, Mail>>;

  /** How many mails have arrived. */
  async count(): Promise<number> {
    return (await this.arrived()).size;
  }

  /** Waits for a mail that no earlier call has taken. */
  async next(kind: Kind = 'link'): Promise<Mail> {
    let mail: Mail | undefined;
    await expect
      .poll(async () => (mail ??= await this.take(kind)) !== undefined, { message: `a mail of kind "${kind}"`, intervals: [50, 100, 100, 250] })
      .toBe(true);
    return mail as Mail;
  }

  private async take(kind: Kind): Promise<Mail | undefined> {
    for (const [name, mail] of await this.arrived()) {
      if (mail.kind === kind && !this.taken.has(name)) {
        this.taken.add(name);
        return mail;
      }
    }
    return undefined;
  }
}

/** A folder of `.eml` files, whose names sort by date. */
export class Folder extends Post {
  constructor(private readonly path: string) {
    super();
  }

  protected override async arrived(): Promise<Map<string, Mail>> {
    const names = (await readdir(this.path).catch(() => [])).filter((name) => name.endsWith('.eml') && !name.startsWith('.'));
    const mails = new Map<string, Mail>();
    for (const name of names.sort()) mails.set(name, await Mail.read(await readFile(join(this.path, name))));
    return mails;
  }
}
