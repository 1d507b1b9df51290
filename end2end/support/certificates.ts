// Certificates for a mail server, made afresh by openssl: an authority nobody else knows, and what it signs.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  key: Buffer;
  cert: Buffer;
}

export class Authority {
  private serial = 0;

  private constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  static async found(folder: string, name: string): Promise<Authority> {
    const authority = new Authority(folder, name);
    await openssl(
      ['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`],
      ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
      ['-keyout', authority.path('key'), '-out', authority.file],
    );
    return authority;
  }

  /** What `LATCHKEY_MAIL_CA_FILE` is set to. */
  get file(): string {
    return this.path('pem');
  }

  /** A certificate for this host. */
  async sign(host: string): Promise<Certificate> {
    this.serial += 1;
    const path = (ending: string) => this.path(`${this.serial}.${ending}`);
    await openssl(
      ['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${host}`, '-CA', this.file, '-CAkey', this.path('key')],
      ['-addext', `subjectAltName=DNS:${host}`, '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
      ['-keyout', path('key'), '-out', path('pem')],
    );
    return { key: await readFile(path('key')), cert: await readFile(path('pem')) };
  }

  private path(ending: string): string {
    return join(this.folder, `${this.name}.${ending}`);
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function openssl(...words: string[][]): Promise<void> {
  await run('openssl', words.flat());
}
