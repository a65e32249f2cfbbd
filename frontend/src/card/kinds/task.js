// A hands-on task of an assessment: the learner works in cells; the form shows how, and what was handed in.
import { h } from "../html.js";

/** @import { CreateForm } from "../types.js" */

/** @type {CreateForm<{ title: string }, { calls: unknown[] }>} The answer has the calls that were handed in. */
export function taskForm(context) {
  const { answer, questionId } = context;
  const code = [
    `work = quiz.task("${questionId}")`,
    "# plain boto3 or !aws, in as many cells as you like",
    "work.hand_in()",
  ];
  const element = h(
    "div",
    {},
    h("p", {}, "Work on it in cells of a notebook, with the card in a variable such as quiz:"),
    h("pre", { tabindex: "0" }, h("code", {}, code.join("\n"))),
    h("p", { role: "status" }, answer === null ? "Nothing is handed in yet." : `Handed in: ${answer.calls.length} calls.`),
  );
  return { element, isComplete: () => false };
}
