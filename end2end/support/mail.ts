// A mail as its reader sees it.
import { simpleParser } from 'mailparser';

/** The two mails there are: one with a link, one that says that the password has changed. */
export type Kind = 'link' | 'changed';

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
    return this.subject.startsWith('Choose a new password') ? 'link' : 'changed';
  }

  /** The address to open. */
  get link(): string {
    return found(/^https?:\/\/\S+\/reset\?key=\S+$/m.exec(this.text), 'a link').trim();
  }

  /** The secret in the address. */
  get token(): string {
    return new URL(this.link).searchParams.get('key') ?? '';
  }

  /** The code to type, as it is written: `XXXX-XXXX`. */
  get code(): string {
    return found(/\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(this.text), 'a code');
  }
}

function found(match: RegExpExecArray | null, what: string): string {
  if (!match) throw new Error(`there is no ${what} in this mail`);
  return match[0];
}
