// Whether everybody can use a page: axe's rules, in light and dark, and no sideways scrolling on the narrowest screen.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { Visitor } from './visitor';

const WCAG_2_2_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** Rules of axe that look at colours. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** The narrowest screen that has to do (WCAG 1.4.10). */
const NARROWEST = 320;

export async function isAccessible(visitor: Visitor): Promise<void> {
  if (visitor.script) await judge(visitor.page);
  else await withoutScripts(visitor.page, judge);
}

async function judge(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours that are on their way are neither of the two.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // In the dark only colours are others.
    const rules = colorScheme === 'light' ? axe.withTags(WCAG_2_2_AA) : axe.withRules(COLOURS);
    const { violations } = await rules.analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`);
    expect(found, `accessibility in ${colorScheme}`).toEqual([]);
  }
  await fitsNarrowScreens(page);
}

/** Nothing scrolls sideways on the narrowest screen, and no words are cut off or reach beyond it. */
export async function fitsNarrowScreens(page: Page): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: NARROWEST, height: 640 });
  // Where a page is only just drawn, its style or the new size of the screen may still be on their way.
  await page.waitForLoadState();
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), 'width of the page').toBeLessThanOrEqual(NARROWEST);
  await expect.poll(() => page.evaluate(cutOff), 'words that cannot be read whole').toEqual([]);
  if (before) await page.setViewportSize(before);
}

/** Words that are not seen whole: beyond an edge of the screen, or of a box that cuts off. */
function cutOff(): string[] {
  const found: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (!text.textContent?.trim() || !element || element.closest('script, style, noscript, iframe, [hidden], [aria-hidden="true"]')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      let box: HTMLElement | null = element;
      let cut = line.width > 0 && (line.left < -1 || line.right > document.documentElement.clientWidth + 1);
      for (; box && box !== document.body; box = box.parentElement) {
        const { overflowX, position } = getComputedStyle(box);
        const edge = box.getBoundingClientRect();
        // What is for screen readers only is a pixel wide; what scrolls can be read.
        if (edge.width <= 1 || edge.height <= 1 || position === 'fixed' || overflowX === 'auto' || overflowX === 'scroll') {
          cut = false;
          break;
        }
        if (overflowX !== 'visible' && (line.left < edge.left - 1 || line.right > edge.right + 1)) cut = true;
      }
      if (!cut) continue;
      found.push(`${element.tagName.toLowerCase()}: ${text.textContent.trim().slice(0, 60)}`);
      break;
    }
  }
  return found;
}

/** Axe is a script itself. So the page is opened where scripts run, but the page's own ones cannot be had: what a person without
 * JavaScript sees. Nothing is lost on the way, because such a page is all in its address and its cookies. */
async function withoutScripts(page: Page, work: (page: Page) => Promise<void>): Promise<void> {
  const storageState = await page.context().storageState();
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: true, storageState });
  if (!context) throw new Error('the browser is gone');
  await context.route(/\.(js|wasm)$/, (route) => route.abort());
  const same = await context.newPage();
  await same.goto(page.url());
  await expect(same.getByRole('heading', { level: 1 })).toHaveText(await page.getByRole('heading', { level: 1 }).innerText());
  await work(same);
  await context.close();
}
