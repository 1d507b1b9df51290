// How an installation looks: an administrator dresses it, people see it, and nothing that is chosen hides the way to a new password.
import { isAccessible } from '../support/accessible';
import { MARGARET } from '../support/people';
import { png } from '../support/png';
import { expect, test } from '../support/test';
import type { Visitor } from '../support/visitor';

const TITLE = 'Colours, logo and background';

const LOGO = png(240, 80, (x, y) => (Math.hypot(x - 40, y - 40) < 36 || (x > 90 && y > 24 && y < 56) ? [122, 31, 92] : [255, 255, 255]));

/** Noise in the colours of text and links, in which no word on it could be found. */
const HOSTILE = png(400, 300, (x, y) => ((x * 7 + y * 13) % 5 < 2 ? [14, 90, 84] : (x + y) % 3 ? [28, 39, 38] : [127, 209, 196]));

async function upload(visitor: Visitor, name: string, buffer: Buffer): Promise<void> {
  const form = visitor.page.locator(`form[action="/admin/branding/${name}"]`);
  await form.locator('input[type="file"]').setInputFiles({ name: `${name}.png`, mimeType: 'image/png', buffer });
  await form.getByRole('button', { name: 'Upload' }).click();
}

async function says(visitor: Visitor, text: string): Promise<void> {
  await expect(visitor.page.getByRole('status')).toHaveText(text);
}

/** Contrast of an element's text with the nearest opaque ground behind it (WCAG 2.2). */
async function contrast(visitor: Visitor, selector: string): Promise<number> {
  return visitor.page.locator(selector).evaluate((element) => {
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [red, green, blue] = channels(colour)
        .slice(0, 3)
        .map((channel) => channel / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
    };
    let ground: Element | null = element;
    for (; ground; ground = ground.parentElement) {
      const style = getComputedStyle(ground);
      if (style.backgroundImage !== 'none') return 1;
      const alpha = channels(style.backgroundColor)[3] ?? 1;
      if (alpha === 1) break;
    }
    if (!ground) return 1;
    const [one, two] = [luminance(getComputedStyle(element).color), luminance(getComputedStyle(ground).backgroundColor)];
    return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  });
}

test('a logo is uploaded, previewed, and carried by every page until it is removed', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.openConsole('/admin/settings/branding', 'Name and look', MARGARET);
  await visitor.link(TITLE).click();
  await visitor.reads(TITLE);
  await upload(visitor, 'logo', LOGO);
  await says(visitor, 'The picture counts from now on.');
  await expect(page.getByRole('img', { name: 'Logo' })).toBeVisible();
  const shown = (selector: string) => page.locator(selector).evaluate((image) => getComputedStyle(image).backgroundImage);
  expect(await shown('.preview.light .brand img')).toContain('/branding/logo-');
  const ground = (scheme: string) => page.locator(`.preview.${scheme} .card`).evaluate((card) => getComputedStyle(card).backgroundColor);
  expect([await ground('light'), await ground('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(27, 36, 37)']);
  await isAccessible(visitor);

  await visitor.open('/forgot', 'Forgot your password?');
  const carried = await shown('header .brand img');
  expect(carried).toContain('/branding/logo-');
  const answer = await page.request.get(carried.slice(5, -2));
  expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'image/png']);
  await isAccessible(visitor);

  await visitor.openConsole('/admin/branding', TITLE, MARGARET);
  await visitor.button('Remove').click();
  await says(visitor, 'The picture is gone.');
  await visitor.open('/forgot', 'Forgot your password?');
  expect(await shown('header .brand img')).toBe('none');
});

test('a colour is shown before it counts, and one that cannot be read is refused with its number', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.openConsole('/admin/branding', TITLE, MARGARET);
  const light = visitor.field('Accent colour on light pages');
  await light.fill('#ffee00');
  await visitor.button('Show').click();
  const plate = page.locator('figure').first();
  await expect(plate).toContainText('Contrast 1.0');
  expect(await plate.locator('.primary').evaluate((button) => getComputedStyle(button).backgroundColor)).toBe('rgb(255, 238, 0)');

  visitor.watch.expect(422, '/admin/branding');
  await visitor.button('Save').click();
  await expect(visitor.problem).toContainText(/#ffee00 has a contrast of 1\.\d+ to 1 with the (page|text of buttons)/);
  await expect(light).toHaveAttribute('aria-invalid', 'true');
  await isAccessible(visitor);

  await light.fill('#7a1f5c');
  await visitor.field('Accent colour on dark pages').fill('#ffaadd');
  await visitor.button('Save').click();
  await says(visitor, 'The colours count from now on.');
  const colour = () => visitor.link('Forgot password?').evaluate((link) => getComputedStyle(link).color);
  await page.context().clearCookies();
  await visitor.open('/sign-in', 'Sign in');
  await isAccessible(visitor);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await colour()).toBe('rgb(122, 31, 92)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await colour()).toBe('rgb(255, 170, 221)');
});

// F1
test('the way to a new password can be read on any background, in light and in dark', async ({ visitor }, info) => {
  const { page } = visitor;
  await visitor.openConsole('/admin/branding', TITLE, MARGARET);
  await upload(visitor, 'background', HOSTILE);
  await says(visitor, 'The picture counts from now on.');
  await page.screenshot({ path: info.outputPath('console.png'), fullPage: true });
  await page.context().clearCookies();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await visitor.open('/sign-in', 'Sign in');
      expect(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundImage)).toContain('/branding/background-');
      for (const selector of ['.plate a', 'header .brand span', 'h1', 'footer button >> nth=0']) {
        expect(await contrast(visitor, selector), `${selector} at ${width}, ${colorScheme}`).toBeGreaterThanOrEqual(4.5);
      }
      await page.screenshot({ path: info.outputPath(`${colorScheme}-${width}.png`) });
    }
  }
  await visitor.link('Forgot password?').click();
  await visitor.sees('Forgot your password?');
});
