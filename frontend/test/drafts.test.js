import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../src/card/drafts.js";

/** @param {unknown} given */
const question = (given) => ({ id: "q", given });

test("a draft is kept while the kernel sends the same question again, for example with its hint", () => {
  const drafts = new Drafts();
  drafts.update(question("30 minutes"));
  drafts.keep("q", "1 hour");

  drafts.update(question("30 minutes"));

  assert.equal(drafts.answer(question("30 minutes")), "1 hour");
});

test("a draft is dropped once the kernel took an answer", () => {
  const drafts = new Drafts();
  drafts.update(question(null));
  drafts.keep("q", "1 hour");

  drafts.update(question("1 hour "));

  assert.equal(drafts.answer(question("1 hour ")), "1 hour ");
});

test("a draft belongs to its question", () => {
  const drafts = new Drafts();
  drafts.keep("q", [1]);

  assert.equal(drafts.answer({ id: "another", given: null }), null);
});

test("a draft differs from the last answer by its content", () => {
  const drafts = new Drafts();
  drafts.keep("q", { outcome: "Allowed" });

  assert.equal(drafts.differs(question({ outcome: "Allowed" })), false);
  assert.equal(drafts.differs(question({ outcome: "ImplicitlyDenied" })), true);
});

test("nothing is left after a restart", () => {
  const drafts = new Drafts();
  drafts.keep("q", "1 hour");

  drafts.clear();

  assert.equal(drafts.has("q"), false);
});
