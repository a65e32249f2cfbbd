import { FakeModel, place } from "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../src/sequence/sequence.js";

/** @import { TestContext } from "node:test" */

/** @param {TestContext} context @param {string[]} frames */
function show(context, frames) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  Object.assign(window, { setInterval, clearInterval });
  const model = new FakeModel({ frames, step: frames.length });
  const el = place();
  const close = render({ model: model.model, el });
  context.after(close);
  /** @param {string} name @returns {any} */
  const named = (name) => el.querySelector(`[aria-label="${name}"]`);
  return { el, model, named, passTime: (/** @type {number} */ ms) => context.mock.timers.tick(ms) };
}

test("the buttons and the slider step, and end at either end", (context) => {
  const { el, model, named } = show(context, ["<i>one</i>", "<i>two</i>", "<i>three</i>"]);
  assert.equal(named("Go forward one step").getAttribute("aria-disabled"), "true");

  named("Go back one step").click();
  assert.match(el.innerHTML, /two/);
  named("Step").value = "1";
  named("Step").dispatchEvent(new window.Event("input"));

  assert.equal(model.get("step"), 1);
  assert.equal(named("Go back one step").getAttribute("aria-disabled"), "true");
  assert.equal(named("Step").getAttribute("aria-valuetext"), "Step 1 of 3");
});

test("play starts at the first step, stops at the last one, and can be paused", (context) => {
  const { model, named, passTime } = show(context, ["one", "two", "three"]);

  named("Play").click();
  assert.equal(model.get("step"), 1);
  passTime(1500);
  named("Pause").click();
  passTime(6000);
  assert.equal(model.get("step"), 2);
  named("Play").click();
  passTime(6000);

  assert.equal(model.get("step"), 3);
  assert.notEqual(named("Play"), null);
});

test("a single drawing has no buttons", (context) => {
  assert.equal(show(context, ["only"]).el.querySelector("button"), null);
});
