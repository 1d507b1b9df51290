// The little of mailparser that is used here; the package brings no types.
declare module 'mailparser' {
  interface Addresses {
    value: { address?: string; name: string }[];
    text: string;
  }
  interface ParsedMail {
    subject?: string;
    text?: string;
    html: string | false;
    to?: Addresses | Addresses[];
    from?: Addresses;
    messageId?: string;
  }
  export function simpleParser(source: Buffer | string): Promise<ParsedMail>;
}
