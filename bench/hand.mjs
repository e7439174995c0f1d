// How a person presses: what is measured from it on is what they wait for.
import { sleep } from "../tests/lib/program.mjs";

/** What a finger takes to press and let go, in ms. */
const held = 70;

/**
 * A click as a hand makes it. Playwright's own asks within the page's event what lies under the pointer, and so lays the page out in the middle of what is
 * measured; and it lets go in the same millisecond.
 */
export async function click(page, locator) {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await locator.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await sleep(50);
  await page.mouse.down();
  await sleep(held);
  await page.mouse.up();
}

/** A key, as long as a finger holds it. */
export const press = (page, key) => page.keyboard.press(key, { delay: held });
