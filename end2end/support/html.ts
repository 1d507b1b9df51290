// Whether a document is valid, as the server sent it. The same document is judged once.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigData, HtmlValidate } from 'html-validate';

const RULES: ConfigData = {
  root: true,
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    // A button submits unless it says otherwise; and a table in a box that scrolls is a region of its own.
    'no-implicit-button-type': 'off',
    'prefer-native-element': 'off',
    // How far an import is, is asked for again every second; nobody types or reads anything there that could be lost.
    'meta-refresh': 'off',
    // How it is written is the renderer's business.
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'void-style': 'off',
    'no-trailing-whitespace': 'off',
    'no-inline-style': 'off',
    'long-title': 'off',
  },
};

const ofPages = new HtmlValidate(RULES);

/** Mail programs know tables and attributes that browsers have no need of any more. */
const ofMails = new HtmlValidate({ ...RULES, rules: { ...RULES.rules, 'no-deprecated-attr': 'off' } });

/** Where mails are shown as they are. */
const MAIL = /^\/(dev\/mailbox\/[^/]+\/html|admin\/mail-templates\/.*\/preview)$/;

/** A folder for other validators to look into, such as the W3C's: every document is written there. */
const FOLDER = process.env['LATCHKEY_PAGES'];

const judged = new Map<string, string[]>();

/** What is wrong with it; nothing for what is no document. */
export async function flaws(path: string, answer: string): Promise<string[]> {
  if (!/^\s*<!doctype html/i.test(answer)) return [];
  const document = withoutFramework(answer);
  const digest = createHash('sha256').update(document.replaceAll(EACH_TIME, '')).digest('hex');
  const known = judged.get(digest);
  if (known) return known;
  if (FOLDER) {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(join(FOLDER, `${digest.slice(0, 16)}.html`), document);
  }
  const report = await (MAIL.test(path) ? ofMails : ofPages).validateString(document);
  const found = report.results.flatMap(({ messages }) => messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`));
  judged.set(digest, found);
  return found;
}

/** What Leptos writes and no page can change: marks between texts, which every browser reads as comments, but in titles; scripts with what was loaded
 * behind the end of the document, which every browser moves into its body; and a nonce where `crossorigin` has no value of its own. */
function withoutFramework(answer: string): string {
  const [page = '', behind = ''] = answer.split(/(?<=<\/html>)/);
  const document = behind.replaceAll(/<!>|<script nonce[^>]*>__[^<]*<\/script>|\s/g, '') === '' ? page : answer;
  return document.replaceAll(/<!>(?!<\/title>)/g, '').replaceAll(/ crossorigin="[\w-]{22}"/g, ' crossorigin=""');
}

/** Nonces, ids and moments. */
const EACH_TIME = /nonce="[^"]*"|[0-9a-f]{32}|\d\d:\d\d(:\d\d)?/g;
