import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawPanel, drawSandbox } from "../src/panel/view.js";

/** @import { Activity, Outline } from "../src/panel/jupyterlab.ts" */

/** @param {Partial<Activity>} facts @returns {Activity} */
function activity(facts) {
  const steps = { minutes: 20, minutes_left: 9, steps: 7, steps_done: 0, cards_due: 0 };
  return { title: "Learn", description: "step by step", path: "01/learn.ipynb", state: "new", ...steps, ...facts };
}

/** @param {Partial<Outline>} facts @returns {Outline} */
function outline(facts) {
  const recall = activity({ title: "Recall", path: "01/recall.ipynb", state: "done", cards_due: 2 });
  const lesson = { title: "Roles", summary: "", home: "01/index.ipynb", minutes: 25, share_done: 0.5, cards_due: 2 };
  const lessons = [{ ...lesson, activities: [activity({ state: "begun", steps_done: 3 }), recall] }];
  return { problem: "", lessons, cards_due: 2, following: lessons[0].activities[0], following_lesson: "Roles", ...facts };
}

/** @param {Element} panel @param {string} text @returns {any} */
function button(panel, text) {
  return [...panel.querySelectorAll("button")].find((one) => one.textContent?.includes(text));
}

test("what comes next is named with its step and the minutes that are left", () => {
  const panel = drawPanel(outline({}), "", () => {});

  assert.match(panel.textContent ?? "", /Roles: LearnStep 4 of 7, about 9 minutes/);
});

test("a click opens the notebook, the lesson's home, and the cards that are due", () => {
  /** @type {string[]} */
  const opened = [];
  const panel = drawPanel(outline({}), "", (path) => opened.push(path));

  for (const text of ["Continue", "Review 2 cards", "Roles", "Recall"]) button(panel, text).click();

  assert.deepEqual(opened, ["01/learn.ipynb", "01/recall.ipynb", "01/index.ipynb", "01/recall.ipynb"]);
});

test("each notebook says its state in words, and the open one is marked", () => {
  const panel = drawPanel(outline({}), "01/recall.ipynb", () => {});

  assert.match(button(panel, "20 min").textContent, /started/);
  assert.match(button(panel, "Recall").textContent, /2 due, done/);
  assert.equal(button(panel, "Recall").getAttribute("aria-current"), "page");
});

test("the sandbox of the open notebook is named with its world, its actor, its time, and the last call", () => {
  const sandbox = { world: "Reports", acting_as: "dana", clock: "2026-11-26T19:20:21Z", last: "✘ denied: s3:GetObject" };
  const shown = /** @type {Element} */ (drawSandbox(sandbox));

  assert.match(shown.textContent ?? "", /WorldReportsYou act asdanaClock2026-11-26 19:20:21 UTCLast call✘ denied: s3:GetObject/);
  assert.equal(drawSandbox({ world: "", acting_as: "", clock: "", last: "" }), "");
});

test("a finished course and a problem are said in a sentence", () => {
  assert.match(drawPanel(outline({ following: null }), "", () => {}).textContent ?? "", /finished every lesson/);
  assert.equal(drawPanel(outline({ problem: "No course is here." }), "", () => {}).textContent, "No course is here.");
});
