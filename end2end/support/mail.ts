// A mail as its reader sees it.
import { simpleParser } from 'mailparser';

/** What mails are about, by how their subjects begin or end. */
const SUBJECTS = {
  link: /^Choose a new password/,
  changed: /^Your password/,
  'recovery begun': /^Somebody is recovering/,
  'recovery code': /^Your code for/,
  'recovered, to the old mailbox': /has another address now$/,
  'recovered, to the new mailbox': /is recovered$/,
  'recovery refused': /^Your request to recover an account/,
};

export type Kind = keyof typeof SUBJECTS | 'other';

const CODE = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/;

export class Mail {
  private constructor(
    readonly to: string,
    readonly subject: string,
    readonly text: string,
    readonly html: string,
    readonly messageId: string,
  ) {}

  static async read(source: Buffer): Promise<Mail> {
    const parsed = await simpleParser(source);
    const to = [parsed.to ?? []].flat().map((addresses) => addresses.text);
    return new Mail(to.join(), parsed.subject ?? '', parsed.text ?? '', parsed.html || '', parsed.messageId ?? '');
  }

  get kind(): Kind {
    const found = Object.entries(SUBJECTS).find(([, subject]) => subject.test(this.subject));
    return (found?.[0] as Kind | undefined) ?? 'other';
  }

  /** The address to open. */
  get link(): string {
    return found(/^https?:\/\/\S+\/(reset|recovery\/undo)\?key=\S+$/m.exec(this.text), 'a link').trim();
  }

  /** The secret in the address. */
  get token(): string {
    return new URL(this.link).searchParams.get('key') ?? '';
  }

  /** Whatever in it opens the way to a new password: a link, a code, or both. */
  get secrets(): string[] {
    const token = /\?key=(\S+)$/m.exec(this.text)?.[1];
    const code = CODE.exec(this.text)?.[0];
    return [token, code].filter((secret) => secret !== undefined);
  }

  /** The code to type, as it is written: `XXXX-XXXX`. */
  get code(): string {
    return found(CODE.exec(this.text), 'a code');
  }
}

function found(match: RegExpExecArray | null, what: string): string {
  if (!match) throw new Error(`there is no ${what} in this mail`);
  return match[0];
}
