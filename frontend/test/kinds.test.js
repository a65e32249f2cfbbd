import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { targetBlank } from "../src/card/kinds/blanks.js";
import { isCompleteDecision } from "../src/card/kinds/decide.js";
import { createForm } from "../src/card/kinds/index.js";
import { toggle } from "../src/card/kinds/multi.js";
import { moved } from "../src/card/kinds/order.js";
import { place } from "./page.js";

/**
 * Show the form of a kind. `kept` is every draft that it kept, oldest first.
 *
 * @param {string} kind
 * @param {object} content
 * @param {{ answer?: unknown, locked?: boolean }} [options]
 */
function show(kind, content, { answer = null, locked = false } = {}) {
  /** @type {any[]} */
  const kept = [];
  /** @type {string[]} */
  const announced = [];
  const element = place();
  const form = createForm(kind, {
    prefix: "card",
    questionId: "q",
    content,
    locked,
    get answer() {
      return kept.length > 0 ? kept.at(-1) : answer;
    },
    keep: (draft) => kept.push(draft),
    focus: (key) => /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${key}"]`))?.focus(),
    announce: (text) => announced.push(text),
    loadEditor: () => new Promise(() => {}),
  });
  element.append(form.element);
  /** @param {string} selector @returns {any} */
  const find = (selector) => element.querySelector(selector);
  return { form, kept, announced, element, find };
}

/** @param {any} field @param {string} value @param {"input" | "change"} type */
function fill(field, value, type = "input") {
  field.value = value;
  field.dispatchEvent(new window.Event(type));
}

const OPTIONS = { options: ["A user", "A role", "A key"].map((html) => ({ html, mark: "", why: "" })) };
const key = (/** @type {string} */ name) => new window.KeyboardEvent("keydown", { key: name });

test("choice: a letter chooses its option, and another letter changes the choice", () => {
  const { form, kept, find } = show("choice", OPTIONS);

  assert.equal(form.isComplete(), false);
  assert.equal(form.onKey?.(key("b")), true);
  form.onKey?.(key("C"));

  assert.deepEqual(kept, [1, 2]);
  assert.equal(find("input:checked").id, "card-2");
  assert.equal(form.isComplete(), true);
});

test("choice: a letter without an option means nothing", () => {
  const { form, kept } = show("choice", OPTIONS);

  assert.equal(form.onKey?.(key("d")), false);
  assert.equal(form.onKey?.(key("Shift")), false);
  assert.deepEqual(kept, []);
});

test("choice: a rationale describes its option to a screen reader", () => {
  const { find } = show("choice", { options: [{ html: "A user", mark: "wrong", why: "Users have passwords." }] });

  assert.equal(find("#card-0").getAttribute("aria-describedby"), "card-0-why");
  assert.equal(find("#card-0-why").textContent, "Users have passwords.");
});

test("multi: places stay in ascending order, and a second click removes one", () => {
  assert.deepEqual(toggle([0, 10], 2), [0, 2, 10]);
  assert.deepEqual(toggle([0, 2], 2), [0]);
});

test("multi: without any option the answer is not complete", () => {
  const { form, kept, find } = show("multi", OPTIONS);
  find("#card-1").click();
  find("#card-0").click();
  assert.equal(form.isComplete(), true);

  find("#card-1").click();
  find("#card-0").click();

  assert.deepEqual(kept, [[1], [0, 1], [0], []]);
  assert.equal(form.isComplete(), false);
});

test("order: an item moves to its place, and the others keep their order", () => {
  assert.deepEqual(moved([0, 1, 2, 3], 3, 0), [3, 0, 1, 2]);
  assert.deepEqual(moved([0, 1, 2, 3], 0, 2), [1, 2, 0, 3]);
});

test("order: a button moves its item, says where it is, and keeps the focus", () => {
  const { kept, announced, find, element } = show("order", { items: ["Sign", "Assume", "Use"] });

  find('[data-key="up-2"]').click();

  assert.deepEqual(kept, [[0, 2, 1]]);
  assert.deepEqual(announced, ["Now at position 2 of 3"]);
  assert.equal(document.activeElement, find('[data-key="up-2"]'));
  assert.match(element.querySelectorAll("li")[1].textContent ?? "", /^Use/);
});

test("order: at the top, the focus goes to the button that moves the item down again", () => {
  const { find } = show("order", { items: ["Sign", "Assume"] });

  find('[data-key="up-1"]').click();

  assert.equal(find('[data-key="up-1"]').disabled, true);
  assert.equal(document.activeElement, find('[data-key="down-1"]'));
});

test("order: an item can be dragged", () => {
  const { kept, element } = show("order", { items: ["Sign", "Assume", "Use"] });
  const [first, , third] = element.querySelectorAll("li");

  first.dispatchEvent(new window.Event("dragstart"));
  third.dispatchEvent(new window.Event("drop"));

  assert.deepEqual(kept, [[1, 2, 0]]);
});

test("order: the order as it is shown is an answer", () => {
  assert.deepEqual(show("order", { items: ["Sign", "Assume"] }).form.initialAnswer, [0, 1]);
});

const BLANKS = {
  language: "json",
  pieces: [
    { text: '{"Effect": ', blank: "effect" },
    { text: ', "Principal": {"AWS": ', blank: "who" },
    { text: "}}", blank: null },
  ],
  tokens: ['"Allow"', '"Deny"'],
};

test("blanks: a token goes into the current blank, then into the next empty one", () => {
  const { form, kept, find } = show("blanks", BLANKS);

  find("[data-key='token-\"Allow\"']").click();
  assert.equal(form.isComplete(), false);
  find("[data-key='token-\"Deny\"']").click();

  assert.deepEqual(kept.at(-1), { effect: '"Allow"', who: '"Deny"' });
  assert.equal(form.isComplete(), true);
});

test("blanks: with every blank full, a token replaces the text of the current one", () => {
  assert.equal(targetBlank(["a", "b"], { a: "", b: "" }, "b"), "b");
  assert.equal(targetBlank(["a", "b"], { a: "", b: "x" }, "b"), "a");
  assert.equal(targetBlank(["a", "b"], { a: "x", b: "y" }, "b"), "b");
});

test("blanks: typing into one keeps the others, and spaces alone are no answer", () => {
  const { form, kept, find } = show("blanks", BLANKS, { answer: { effect: '"Allow"' } });

  fill(find('[data-key="blank-who"]'), "  ");

  assert.deepEqual(kept, [{ effect: '"Allow"', who: "  " }]);
  assert.equal(form.isComplete(), false);
});

test("blanks: a locked form shows the answer, and no tokens", () => {
  const { find } = show("blanks", BLANKS, { answer: { effect: '"Allow"', who: '"*"' }, locked: true });

  assert.equal(find('[data-key="blank-who"]').value, '"*"');
  assert.equal(find('[data-key="blank-who"]').disabled, true);
  assert.equal(find(".rc-tokens"), null);
});

test("match: the answer is complete when every item has its match", () => {
  const { form, kept, find } = show("match", { lefts: ["A user's key", "A session's key"], choices: ["ASIA", "AKIA"] });

  fill(find('[data-key="match-0"]'), "1", "change");
  assert.equal(form.isComplete(), false);
  fill(find('[data-key="match-1"]'), "0", "change");

  assert.deepEqual(kept, [[1, -1], [1, 0]]);
  assert.equal(form.isComplete(), true);
});

test("numeric: the label names the units", () => {
  assert.equal(show("numeric", { units: ["seconds", "hours"] }).find("label").textContent, "A number, in seconds or hours");
  assert.equal(show("numeric", { units: [] }).find("label").textContent, "A number");
});

test("cli: a command of spaces is not complete", () => {
  const { form, kept, find } = show("cli", { placeholder: "aws …" });

  fill(find("input"), "   ");
  assert.equal(form.isComplete(), false);
  fill(find("input"), "aws sts get-caller-identity");

  assert.equal(form.isComplete(), true);
  assert.equal(kept.at(-1), "aws sts get-caller-identity");
});

test("decide: a denial needs the type of policy that decides it", () => {
  assert.equal(isCompleteDecision({}), false);
  assert.equal(isCompleteDecision({ outcome: "Allowed" }), true);
  assert.equal(isCompleteDecision({ outcome: "ExplicitlyDenied" }), false);
  assert.equal(isCompleteDecision({ outcome: "ExplicitlyDenied", policy_type: "session policy" }), true);
});

test("decide: the type of policy is asked for a denial only, and dropped from an Allowed", () => {
  const { kept, find } = show("decide", { scene: [], policyTypes: ["session policy"] });
  assert.equal(find(".rc-which").hidden, true);

  find("#card-ImplicitlyDenied").click();
  assert.equal(find(".rc-which").hidden, false);
  fill(find("select"), "session policy", "change");
  find("#card-Allowed").click();

  assert.deepEqual(kept.at(-2), { outcome: "ImplicitlyDenied", policy_type: "session policy" });
  assert.deepEqual(kept.at(-1), { outcome: "Allowed" });
});

test("policy: the plain field works before the editor is loaded", () => {
  const { form, kept, find } = show("policy", { starter: "{}", written: "", allow: ["Dana reads"], deny: [] });
  assert.equal(find("textarea").value, "{}");

  fill(find("textarea"), '{"Version": "2012-10-17"}');

  assert.deepEqual(kept, ['{"Version": "2012-10-17"}']);
  assert.equal(form.isComplete(), true);
});

test("task: the form shows how to begin, and how much is handed in", () => {
  const { find, form } = show("task", { title: "Let Dana in" }, { answer: { started: "", calls: [{}, {}] } });

  assert.match(find("code").textContent, /^work = quiz\.task\("q"\)/);
  assert.equal(find("[role=status]").textContent, "Handed in: 2 calls.");
  assert.equal(form.isComplete(), false);
});

test("an unknown kind is named in the error", () => {
  assert.throws(() => show("riddle", {}), /kind "riddle"/);
});
