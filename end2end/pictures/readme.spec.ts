// The two pages that people meet: asking for a mail, and choosing a new password. Small files: they are part of every clone.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ADA, NEW_PASSWORD } from '../support/people';
import { expect, test } from '../support/test';
import { IDENTIFIER, type Visitor } from '../support/visitor';

/** Bytes. */
const LARGEST = 80_000;

async function picture(visitor: Visitor, name: string): Promise<void> {
  const { page } = visitor;
  const path = join(import.meta.dirname, '../../docs/images', `${name}.png`);
  const frame = 24;
  const top = await page.locator('header').boundingBox();
  const card = await page.locator('.card').boundingBox();
  if (!top || !card) throw new Error('there is nothing to take a picture of');
  const y = Math.max(0, top.y - frame);
  const clip = { x: Math.max(0, card.x - frame), y, width: card.width + 2 * frame, height: card.y + card.height + frame - y };
  await page.screenshot({ path, clip, fullPage: true, animations: 'disabled', caret: 'hide', scale: 'css' });
  expect(statSync(path).size).toBeLessThan(LARGEST);
}

test('asking for a mail', async ({ visitor }) => {
  await visitor.open('/forgot', 'Forgot your password?');
  await visitor.field(IDENTIFIER).fill(ADA.email);
  await picture(visitor, 'forgot');
});

test('choosing a new password', async ({ visitor, post }) => {
  await visitor.askForMail();
  await visitor.openLink(await post.next());
  await visitor.typePasswords(NEW_PASSWORD);
  await expect(visitor.page.getByText(/^Strength: /)).toBeVisible();
  await picture(visitor, 'reset');
});
