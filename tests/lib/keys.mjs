// Hands on the keyboard alone: walking with Tab, and what is asked of the focus after every step.
import assert from "node:assert/strict";

export class Keys {
  constructor(page) { this.page = page; }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }
  type(text) { return this.page.keyboard.type(text); }

  /** Walks on until this has the focus. Everything on the way must show that it has it. */
  async to(locator, { key = "Tab", most = 80 } = {}) {
    await locator.first().waitFor();
    const way = [];
    for (let step = 0; step <= most; step += 1) {
      if (await locator.first().evaluate((one) => one === document.activeElement)) return;
      await this.press(key);
      let now = await this.focus();
      // A colour may take a tenth of a second to change.
      for (let frame = 0; now !== null && !(now.seen && now.inside) && frame < 12; frame += 1) {
        await this.page.waitForTimeout(25);
        now = await this.focus();
      }
      // Past the end of the page the focus is the browser's for one step.
      if (now !== null) this.judge(now);
      way.push(now?.what ?? "(the browser)");
    }
    assert.fail(`${locator} cannot be reached with ${key}: ${way.slice(-12).join(" → ")}`);
  }

  /** What has the focus, and whether one sees it. Null when nothing of the page has it. */
  focus() {
    return this.page.evaluate(() => {
      const one = document.activeElement;
      if (one === null || one === document.body) return null;
      const what = `${one.tagName.toLowerCase()} "${(one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText ?? "").slice(0, 40)}"`;
      // A page, a heading or a dialog that took the focus over shows itself by being there.
      if (one.getAttribute("tabindex") === "-1" && !["menuitem", "tab", "option"].includes(one.getAttribute("role"))) return { what, seen: true, inside: true };
      // The same element without the focus looks otherwise.
      const marks = (element, pseudo) => {
        const style = getComputedStyle(element, pseudo);
        return [style.outlineStyle === "none" ? "" : `${style.outlineWidth} ${style.outlineColor}`, style.boxShadow, style.borderColor, style.backgroundColor, style.backgroundImage].join(";");
      };
      const twin = one.cloneNode(false);
      twin.removeAttribute("id");
      twin.removeAttribute("name");
      one.parentNode.insertBefore(twin, one);
      const seen = [undefined, "::before", "::after"].some((pseudo) => marks(one, pseudo) !== marks(twin, pseudo));
      twin.remove();
      const box = one.getBoundingClientRect();
      const inside = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
      return { what, seen, inside };
    });
  }

  judge({ what, seen, inside }) {
    assert.ok(inside, `${what} has the focus out of sight`);
    assert.ok(seen, `${what} does not show that it has the focus`);
  }

  /** After a step: the focus is somewhere, and can be seen. It may come with the next frames. */
  async kept(step) {
    for (let frame = 0; ; frame += 1) {
      const now = await this.focus();
      if (now !== null && ((now.seen && now.inside) || frame === 40)) return this.judge(now);
      assert.ok(frame < 40, `the focus is lost after: ${step}`);
      await this.page.waitForTimeout(25);
    }
  }

  /** The focus comes back to where it was before. */
  async back(locator, step) {
    for (let frame = 0; ; frame += 1) {
      if (await locator.first().evaluate((one) => one === document.activeElement)) return;
      assert.ok(frame < 40, `after ${step} the focus is not back where it was, but on ${(await this.focus())?.what ?? "nothing"}`);
      await this.page.waitForTimeout(25);
    }
  }
}
