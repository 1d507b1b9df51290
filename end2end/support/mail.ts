// A mail as its reader sees it.
import { simpleParser } from 'mailparser';

/** A mail with a link, one that says that the password has changed, and everything else. */
export type Kind = 'link' | 'changed' | 'other';

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
    if (this.subject.startsWith('Choose a new password')) return 'link';
    return this.subject.startsWith('Your password') ? 'changed' : 'other';
  }

  /** The address to open. */
  get link(): string {
    return found(/^https?:\/\/\S+\/reset\?key=\S+$/m.exec(this.text), 'a link').trim();
  }

  /** The secret in the address. */
  get token(): string {
    return new URL(this.link).searchParams.get('key') ?? '';
  }

  /** Whatever in it opens the way to a new password: a link, a code, or both. */
  get secrets(): string[] {
    const code = CODE.exec(this.text)?.[0];
    return [this.token, ...(code === undefined ? [] : [code])];
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
