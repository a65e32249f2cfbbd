import { FakeModel, place } from "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Card } from "../src/card/card.js";
import { question, view } from "./views.js";

/** @import { TestContext } from "node:test" */
/** @import { CardState, TaskContent, View } from "../src/card/types.js" */

/**
 * Show a card, and close it after the test.
 *
 * @param {TestContext} context
 * @param {View} first
 */
function show(context, first) {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  // The card uses the window's timers, which are the mocked ones.
  Object.assign(window, { setTimeout, clearTimeout, setInterval, clearInterval });
  /** @type {FakeModel<CardState>} */
  const model = new FakeModel({ view: first, saved: "" });
  const el = place();
  const card = new Card({ model: model.model, el });
  context.after(() => card.close());
  /** @param {string} key @returns {any} */
  const at = (key) => [...el.querySelectorAll("[data-key]")].find((one) => one.getAttribute("data-key") === key);
  /** @param {View} next */
  const receive = (next) => model.set("view", { ...next, serial: model.get("view").serial + 1 });
  return { model, el, at, card, receive, passTime: (/** @type {number} */ ms) => context.mock.timers.tick(ms) };
}

test("an answer can be checked once it is there, and is sent with its question", (context) => {
  const { at, model } = show(context, view());
  assert.equal(at("check").getAttribute("aria-disabled"), "true");

  at("option-1").click();
  at("check").click();

  assert.deepEqual(model.sent, [{ do: "answer", question: "which", answer: 1 }]);
});

test("the answer that was wrong can't be checked again", (context) => {
  const { at } = show(context, view({ question: question({ given: 1, status: "wrong" }) }));
  assert.equal(at("check").getAttribute("aria-disabled"), "true");

  at("option-2").click();

  assert.equal(at("check").getAttribute("aria-disabled"), "false");
});

test("a draft survives a hint, an error, and a look at another question", (context) => {
  const wrong = question({ given: 0, status: "wrong" });
  const { at, receive } = show(context, view({ question: wrong }));
  at("option-2").click();

  receive(view({ question: { ...wrong, hint: "Think of STS." } }));
  receive(view({ question: wrong, problem: "progress cannot be written" }));
  receive(view({ question: question({ id: "another", place: 1 }) }));
  receive(view({ question: wrong }));

  assert.equal(at("option-2").checked, true);
});

test("practicing again starts with an empty form", (context) => {
  const { at, receive } = show(context, view({ question: question({ status: "revealed" }), finished: true }));
  receive(view());
  at("option-2").click();
  receive(view({ question: question({ status: "revealed" }), finished: true }));

  at("restart").click();
  receive(view());

  assert.equal(at("option-2").checked, false);
});

test("Enter checks the answer, Ctrl+Enter too, and JupyterLab sees neither", (context) => {
  const { at, model } = show(context, view());
  at("option-0").click();
  let seen = 0;
  document.body.addEventListener("keydown", () => (seen += 1), { once: true });

  for (const ctrlKey of [false, true]) {
    at("option-0").dispatchEvent(new window.KeyboardEvent("keydown", { key: "Enter", ctrlKey, bubbles: true }));
  }

  assert.equal(model.sent.length, 2);
  assert.equal(seen, 0);
});

test("plain keys are kept from JupyterLab's shortcuts, and those with Ctrl are not", (context) => {
  const { el } = show(context, view());
  const root = /** @type {Element} */ (el.querySelector(".rolecall-card"));

  window.dispatchEvent(new window.KeyboardEvent("keydown", { key: "a" }));
  assert.equal(root.hasAttribute("data-lm-suppress-shortcuts"), true);
  window.dispatchEvent(new window.KeyboardEvent("keydown", { key: "s", ctrlKey: true }));

  assert.equal(root.hasAttribute("data-lm-suppress-shortcuts"), false);
});

test("the focus stays on a button whose key has quotes when the card is drawn again", (context) => {
  const content = { language: "json", pieces: [{ text: "", blank: "effect" }], tokens: ['"Allow"'] };
  const blanks = view({ question: question({ kind: "blanks", content }) });
  const { at, receive } = show(context, blanks);
  at('token-"Allow"').focus();

  receive(blanks);

  assert.equal(document.activeElement, at('token-"Allow"'));
});

test("the verdict is said aloud, and a new question takes the focus", (context) => {
  const { at, el, receive } = show(context, view());

  receive(view({ question: question({ given: 1, status: "wrong", verdict: "Not this one." }) }));
  assert.equal(el.querySelector(".rc-spoken")?.textContent, "Not this one.");
  at("hint").click();
  receive(view({ question: question({ id: "another" }) }));

  assert.equal(document.activeElement, at("prompt"));
});

test("a question that the instructor asks leaves the focus where the learner types", (context) => {
  const { at, el, receive } = show(context, view());

  receive(view({ question: question({ id: "pushed" }), summary: "The instructor asks the class." }));

  assert.notEqual(document.activeElement, at("prompt"));
  assert.equal(el.querySelector(".rc-spoken")?.textContent, "The instructor asks the class.");
});

test("each formula is typeset, and nothing else", (context) => {
  /** @type {string[]} */
  const typeset = [];
  window.rolecallTypeset = (element) => typeset.push(element.textContent ?? "");
  context.after(() => delete window.rolecallTypeset);

  show(context, view({ question: question({ prompt: '$1 or $2: <span class="rc-math">\\(n^2\\)</span>' }) }));

  assert.deepEqual(typeset, ["\\(n^2\\)"]);
});

test("the answers of the class show once they are revealed", (context) => {
  const answers = [{ html: "<p>Temporary <code>credentials</code></p>", count: 3, right: true }];
  const { el } = show(context, view({ classResult: { answered: 4, right: 3, answers } }));

  assert.match(el.querySelector(".rc-class")?.textContent ?? "", /The class: 3 of 4 right.*credentials✔ 3 of 4/);
});

test("a kernel that does not answer is reported, until it answers", (context) => {
  const { at, el, passTime, receive } = show(context, view());
  const alert = /** @type {HTMLElement} */ (el.querySelector("[role=alert]"));
  at("hint").click();

  passTime(5_999);
  assert.equal(alert.hidden, true);
  passTime(1);
  assert.match(alert.textContent ?? "", /run this cell again/);
  receive(view({ question: question({ hint: "Think of STS." }) }));

  assert.equal(alert.hidden, true);
});

test("an assessment saves a draft half a second after the last change, and only the last one", (context) => {
  const { at, model, passTime } = show(context, view({ mode: "assessment" }));

  at("option-0").click();
  passTime(499);
  at("option-1").click();
  passTime(499);
  assert.deepEqual(model.sent, []);
  passTime(1);

  assert.deepEqual(model.sent, [{ do: "save", question: "which", answer: 1 }]);
});

test("leaving a question of an assessment saves its draft immediately", (context) => {
  const { at, model } = show(context, view({ mode: "assessment" }));

  at("option-0").click();
  at("next").click();

  assert.deepEqual(model.sent, [
    { do: "save", question: "which", answer: 0 },
    { do: "go", place: 1 },
  ]);
});

test("what the kernel says about saving is shown without a redraw", (context) => {
  const { el, model } = show(context, view({ mode: "assessment" }));

  model.set("saved", "All answers are saved.");

  assert.equal(el.querySelector(".rc-saved")?.textContent, "All answers are saved.");
});

test("a practice saves no draft", (context) => {
  const { at, model, passTime } = show(context, view());

  at("option-0").click();
  passTime(10_000);

  assert.deepEqual(model.sent, []);
});

test("a clock that runs out sends a timeout once", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const { el, model, passTime } = show(context, view({ mode: "challenge", secondsLeft: 61 }));
  assert.equal(el.querySelector("[role=timer]")?.textContent, "Time left: 1:01");

  now = 61_000;
  passTime(250);

  assert.deepEqual(model.sent, [{ do: "timeout", question: "which" }]);
});

test("a flash card shows its answer, and then asks how well it was known", (context) => {
  const flash = { card: "c", front: "<p>ASIA?</p>", back: "", left: 3, answers: [] };
  /** @type {View} */
  const recall = { mode: "recall", title: "Roles", problem: "", serial: 1, statuses: [], flash };
  const { at, model, receive } = show(context, recall);

  at("turn").click();
  receive({ ...recall, flash: { ...flash, back: "<p>A session</p>", answers: [{ recalled: 3, word: "Good", again: "2 days" }] } });
  at("recalled-3").click();

  assert.deepEqual(model.sent, [
    { do: "turn", card: "c" },
    { do: "recalled", card: "c", recalled: 3 },
  ]);
});

test("a closed card listens to nothing", (context) => {
  const { card, model } = show(context, view());

  card.close();

  assert.equal(model.listeners, 0);
});

test("the prompt and each option are written in the direction of their language", (context) => {
  const { at, el } = show(context, view());
  const texts = [at("prompt"), ...el.querySelectorAll("label > span:not(.rc-letter)")];

  assert.ok(texts.length > 2);
  assert.deepEqual(new Set(texts.map((one) => one.getAttribute("dir"))), new Set(["auto"]));
});

test("HTML in a title stays text", (context) => {
  const { el } = show(context, view({ title: "<img src=x onerror=alert(1)>" }));

  assert.equal(el.querySelector("img"), null);
});

test("a button that can't check says what is missing, and pressing it says so too", (context) => {
  const { at, el, model } = show(context, view());

  at("check").click();

  assert.equal(el.querySelector(".rc-missing")?.textContent, "Choose an option first.");
  assert.equal(el.querySelector('[role="status"]')?.textContent, "Choose an option first.");
  assert.deepEqual(model.sent, []);
});

/** @type {import("../src/card/types.js").TaskContent} */
const TASK = {
  difficulty: "easy",
  goal: "<p>Let Dana in.</p>",
  actor: "admin",
  mayChange: "the policies of roles",
  goals: [
    ["Should work", [{ place: 0, html: "Dana reads", state: "open", note: "" }]],
    ["Should be denied", [{ place: 1, html: "Eve reads", state: "wrong", note: "it was allowed" }]],
  ],
  verdict: {},
  hint: "Hint 1 of 3",
  notes: [],
  next: {},
};

/** @param {Partial<import("../src/card/types.js").TaskContent>} [fields] @returns {View} */
function taskView(fields) {
  return { mode: "task", title: "Let Dana in", problem: "", serial: 1, statuses: [], task: { ...TASK, ...fields } };
}

test("a task is worked on with its buttons", (context) => {
  const { at, el, model } = show(context, taskView());

  for (const key of ["check", "hint", "denial", "why-1", "reset", "solution"]) at(key).click();

  assert.deepEqual(model.sent, [
    { do: "task-check" },
    { do: "task-hint" },
    { do: "task-denial" },
    { do: "task-why", place: 1 },
    { do: "task-reset" },
    { do: "task-solution" },
  ]);
  assert.deepEqual([...el.querySelectorAll("h4")].map((one) => one.textContent), ["Should work", "Should be denied"]);
});

/**
 * List the texts that a screen reader hears of a change: of live regions, and of what the focus moves to.
 *
 * @param {HTMLElement} el
 * @param {() => void} change
 */
function heardOf(el, change) {
  const regions = () => [...el.querySelectorAll('[role="status"], [role="alert"]')];
  const before = new Map(regions().map((one) => [one, one.textContent]));
  const focused = document.activeElement;
  change();
  const said = regions().filter((one) => one.textContent && before.get(one) !== one.textContent);
  const active = document.activeElement;
  const moved = active !== focused && active?.getAttribute("data-key") === "prompt";
  return [...said, ...(moved ? [active] : [])].map((one) => one?.textContent);
}

/** @param {Partial<View>} fields @returns {View} */
function otherView(fields) {
  return { mode: "test", title: "Roles", problem: "", serial: 1, statuses: [], ...fields };
}

const ROOM = "You are here.";
const WRONG = { given: 1, status: "wrong", verdict: "Not this one." };
const FLASH = { card: "one", front: "<p>Front</p>", back: "", answers: [], left: 2, wait: "" };
const HINT = [{ title: "Hint", html: "<p>Look at the trust policy.</p>" }];
/** @type {TaskContent["verdict"]} */
const CHECKED = { state: "part", title: "Not solved yet.", html: "<p>1 of 2</p>" };
/** What changes, and what is heard of it. @type {Record<string, [View, View, string]>} */
const CHANGES = {
  "an answer": [view(), view({ question: question(/** @type {any} */ (WRONG)) }), "Not this one."],
  "a hint": [
    view({ question: question(/** @type {any} */ (WRONG)) }),
    view({ question: question(/** @type {any} */ ({ ...WRONG, hint: "<p>Look.</p>" })) }),
    "Hint shown",
  ],
  "a problem": [view(), view({ problem: "The disk is full." }), "The disk is full."],
  "a result of the class": [view(), view({ classResult: { answered: 4, right: 3, answers: [] } }), "The class: 3 of 4 right"],
  "a question of the instructor": [otherView({ note: ROOM }), view({ summary: "The instructor asks." }), "The instructor asks."],
  "an opened lesson": [otherView({ note: ROOM }), otherView({ note: `${ROOM} Open now: Roles.` }), `${ROOM} Open now: Roles.`],
  "a check of a task": [taskView(), taskView({ verdict: CHECKED }), "Not solved yet."],
  "a hint of a task": [taskView({ verdict: CHECKED }), taskView({ verdict: CHECKED, notes: HINT }), "Hint shown"],
  "a check with a hint from before": [taskView({ notes: HINT }), taskView({ verdict: CHECKED, notes: HINT }), "Not solved yet."],
  "a task that starts over": [taskView({ verdict: CHECKED }), taskView(), "Started over"],
};

for (const [name, [before, after, text]] of Object.entries(CHANGES)) {
  test(`a screen reader hears of ${name} once`, (context) => {
    const { el, receive } = show(context, before);

    assert.deepEqual(heardOf(el, () => receive(after)), [text]);
  });
}

test("a screen reader hears nothing of a view without news", (context) => {
  const wrong = view({ question: question(/** @type {any} */ ({ ...WRONG, hint: "<p>Look.</p>" })) });
  const { el, receive } = show(context, wrong);

  assert.deepEqual(heardOf(el, () => receive({ ...wrong, secondsLeft: 9 })), []);
});

test("a screen reader hears the answer of a flash card, the next card, and a result once, where the focus moves", (context) => {
  const { at, el, receive } = show(context, otherView({ flash: FLASH }));
  at("turn").click();

  const answers = [{ recalled: 3, word: "Good", again: "3 days" }];
  assert.deepEqual(heardOf(el, () => receive(otherView({ flash: { ...FLASH, back: "<p>Back</p>", answers } }))), ["Back"]);
  at("recalled-3").click();
  assert.deepEqual(heardOf(el, () => receive(otherView({ flash: { ...FLASH, card: "two", front: "<p>Two</p>" } }))), ["Two"]);
  at("turn").click();
  assert.deepEqual(heardOf(el, () => receive(otherView({ note: "Done." }))), ["Done."]);
});

test("the room's timer shows without a question too, and sends nothing at its end", (context) => {
  const { el, model, passTime } = show(context, {
    mode: "test",
    title: "Room",
    problem: "",
    serial: 1,
    statuses: [],
    note: "You are here.",
    secondsLeft: 2,
  });

  assert.match(el.querySelector('[role="timer"]')?.textContent ?? "", /0:02/);
  passTime(5000);

  assert.deepEqual(model.sent, []);
});
