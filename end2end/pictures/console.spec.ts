// Two pages of the console for the README. Small files: they are part of every clone.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ADA, MARGARET } from '../support/people';
import { expect, test } from '../support/test';

/** Bytes. */
const LARGEST = 100_000;

test.use({ viewport: { width: 1000, height: 560 } });

test('the console', async ({ visitor, post }) => {
  await visitor.askForMail(ADA.login);
  await visitor.openLink(await post.next());
  await visitor.choosePassword();
  for (const person of ['grace', 'nobody', ADA.login]) await visitor.askForMail(person);
  await visitor.openConsole('/admin', 'Overview', MARGARET);
  for (const [path, name] of [['/admin', 'console-overview'], ['/admin/requests', 'console-requests']] as const) {
    await visitor.page.goto(path);
    const file = join(import.meta.dirname, '../../docs/images', `${name}.png`);
    await visitor.page.screenshot({ path: file, animations: 'disabled', caret: 'hide', scale: 'css' });
    expect(statSync(file).size).toBeLessThan(LARGEST);
  }
});
