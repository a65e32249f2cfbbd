import assert from "node:assert/strict";
import { test } from "node:test";
import { actions, confirmation } from "../src/card/actions.js";
import { question, view } from "./views.js";

/** @param {Parameters<typeof actions>[0]} shown */
const labels = (shown) => actions(shown).map(({ label }) => label);

test("an open question of a practice can be checked, or its hint shown", () => {
  assert.deepEqual(labels(view()), ["Check answer", "Show hint"]);
});

test("the solution is offered only after a wrong answer", () => {
  const wrong = view({ question: question({ status: "wrong", hint: "Look at the trust policy." }) });

  assert.deepEqual(labels(wrong), ["Check answer", "Show solution"]);
});

test("a solved question leads to the next one, and the last one to another round", () => {
  const solved = view({ question: question({ status: "solved" }) });
  const last = view({ question: question({ status: "revealed", place: 1 }), finished: true });

  assert.deepEqual(actions(solved), [
    { key: "next", label: "Go to next question", main: true, act: { do: "go", place: 1 } },
  ]);
  assert.deepEqual(labels(last), ["Practice again"]);
});

test("a test has neither hint nor solution", () => {
  assert.deepEqual(labels(view({ mode: "test", question: question({ status: "wrong" }) })), ["Submit answer"]);
});

test("an assessment is handed in only after a confirmation", () => {
  const asked = view({ mode: "assessment", confirming: true, statuses: ["open", "solved-unseen"] });

  assert.deepEqual(labels(view({ mode: "assessment" })), ["Go to next question", "Hand in"]);
  assert.deepEqual(labels(asked), ["Hand in now", "Keep working"]);
  assert.equal(confirmation(asked), "1 question has no answer. Hand in anyway?");
});
