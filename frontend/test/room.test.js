import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { gradingText, personRow, questionPart, timeLeft } from "../src/workshop/room.js";

const PERSON = {
  name: "<b>Ana</b>",
  lesson: "01-temporary-access",
  mode: "learn",
  question: "sts-returns",
  right: 2,
  answered: 3,
  stuck: false,
  away: false,
};

test("a name that holds HTML is shown as text", () => {
  const row = personRow(PERSON);

  assert.equal(row.querySelector("b"), null);
  assert.equal(row.cells[0].textContent, "<b>Ana</b>");
});

test("someone who is stuck is marked, even while away", () => {
  assert.equal(personRow({ ...PERSON, stuck: true, away: true }).cells[5].textContent, "⚠ stuck");
  assert.equal(personRow({ ...PERSON, away: true }).cells[5].textContent, "○ away");
});

const ASKED = {
  question: "sts-returns",
  answers: [{ answer: "Credentials", count: 2, right: null }],
  answered: 2,
  right: null,
  revealed: false,
};

test("the correct answer shows only after it is revealed", () => {
  /** @type {string[]} */
  const asked = [];
  const hidden = questionPart(ASKED, (question) => asked.push(question));
  const revealed = questionPart(
    { ...ASKED, right: 2, revealed: true, answers: [{ answer: "Credentials", count: 2, right: true }] },
    () => {},
  );

  hidden.querySelector("button")?.click();

  assert.deepEqual(asked, ["sts-returns"]);
  assert.match(hidden.textContent ?? "", /2 answered/);
  assert.doesNotMatch(hidden.textContent ?? "", /✔/);
  assert.match(revealed.textContent ?? "", /✔ 2 × Credentials/);
  assert.equal(revealed.querySelector("button"), null);
});

test("grading is mentioned only if answers wait, failed, or no one grades", () => {
  const grading = { works: true, workers: 2, working: 2, waiting: 0, failed: 0 };

  assert.equal(gradingText(grading), "");
  assert.equal(gradingText({ ...grading, waiting: 3, failed: 1 }), "3 to grade, ⚠ 1 could not be graded");
  assert.match(gradingText({ ...grading, works: false, working: 1 }), /^⚠ Grading has stopped \(1 of 2 workers\)/);
});

test("a timer counts down to zero, and no further", () => {
  const room = { timer_until: "2026-01-01T10:01:05+00:00" };

  assert.equal(timeLeft(room, Date.parse("2026-01-01T10:00:00Z")), "⏱ 1:05");
  assert.equal(timeLeft(room, Date.parse("2026-01-01T11:00:00Z")), "⏱ time is up");
  assert.equal(timeLeft({ timer_until: null }, 0), "");
});
