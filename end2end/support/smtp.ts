// A real mail server (the npm package smtp-server) on a port of its own.
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Certificate } from './certificates';
import { Mail } from './mail';
import { Post } from './post';

export const LOGIN = { user: 'latchkey', password: 'letters need stamps' };

/** How a mail came in. */
export interface Envelope {
  from: string;
  to: string[];
  encrypted: boolean;
  user: string | undefined;
}

export class MailServer extends Post {
  readonly envelopes: Envelope[] = [];
  private readonly mails = new Map<string, Mail>();
  /** What every recipient is refused with, if anything. */
  refusal: string | undefined;
  private server: SMTPServer | undefined;
  private listening = 0;

  get port(): number {
    return this.listening;
  }

  /** Without a certificate: no encryption and no login. With one: STARTTLS, and both are required. */
  async open(certificate?: Certificate): Promise<void> {
    const server = new SMTPServer({ ...(certificate ? encrypted(certificate) : PLAIN), ...this.receiving(), ...CLOSE_AT_ONCE });
    // A client that does not like the certificate hangs up; that is what some tests are about.
    server.on('error', () => undefined);
    const socket: Server = server.listen(this.listening, '127.0.0.1');
    await once(socket, 'listening');
    this.listening = (socket.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server) await new Promise<void>((closed) => server.close(closed));
  }

  protected override async arrived(): Promise<Map<string, Mail>> {
    return this.mails;
  }

  private receiving(): SMTPServerOptions {
    return {
      onRcptTo: (_address, _session, done) => {
        done(this.refusal === undefined ? null : Object.assign(new Error(this.refusal), { responseCode: 550 }));
      },
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom ? mailFrom.address : '';
          this.envelopes.push({ from, to: rcptTo.map(({ address }) => address), encrypted: session.secure, user: session.user });
          void Mail.read(Buffer.concat(parts)).then((mail) => {
            this.mails.set(String(this.mails.size), mail);
            done();
          });
        });
      },
    };
  }
}

/** Clients keep connections open for the next mail; closing does not wait for them. */
const CLOSE_AT_ONCE = { closeTimeout: 1 };

const PLAIN: SMTPServerOptions = { hideSTARTTLS: true, authOptional: true, disabledCommands: ['AUTH'] };

function encrypted({ key, cert }: Certificate): SMTPServerOptions {
  return {
    key,
    cert,
    onAuth: ({ username, password }, _session, done) => {
      const known = username === LOGIN.user && password === LOGIN.password;
      done(known ? null : new Error('wrong login'), { user: username });
    },
  };
}
