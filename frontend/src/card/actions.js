// Which buttons a question has, decided without a browser so that it can be tested without one.

/** @import { Message, QuestionView } from "./types.js" */

/**
 * @typedef {object} Action
 * @property {string} key names the button across redraws of the card
 * @property {string} label
 * @property {boolean} [main] whether it is the button that most learners press next
 * @property {Message | "check"} act the message to send, or "check" to send the answer in the form
 */

/**
 * Whether a question can't be answered any more.
 *
 * @param {QuestionView["question"]} question
 */
export function isLocked({ status }) {
  return status === "solved" || status === "revealed";
}

/**
 * List the buttons below a question.
 *
 * @param {QuestionView} view
 * @returns {Action[]}
 */
export function actions(view) {
  switch (view.mode) {
    case "assessment":
      return view.confirming ? confirmActions() : assessmentActions(view);
    case "practice":
      return practiceActions(view);
    default:
      return isLocked(view.question) ? [] : [{ key: "check", label: "Submit answer", main: true, act: "check" }];
  }
}

/** @param {QuestionView} view @returns {Action[]} */
function practiceActions({ question, finished }) {
  const { id, place, status } = question;
  const last = place === question.count - 1;
  /** @type {Action[]} */
  const all = [];
  if (!isLocked(question)) {
    all.push({ key: "check", label: "Check answer", main: true, act: "check" });
    if (!question.hint) all.push({ key: "hint", label: "Show hint", act: { do: "hint", question: id } });
    if (status === "wrong") all.push({ key: "reveal", label: "Show solution", act: { do: "reveal", question: id } });
  } else if (!last) {
    all.push({ key: "next", label: "Go to next question", main: true, act: { do: "go", place: place + 1 } });
  }
  if (finished) all.push({ key: "restart", label: "Practice again", main: last, act: { do: "restart" } });
  return all;
}

/** @param {QuestionView} view @returns {Action[]} */
function assessmentActions({ question }) {
  const { place } = question;
  const last = place === question.count - 1;
  /** @type {Action} */
  const handIn = { key: "hand-in", label: "Hand in", main: last, act: { do: "confirm", yes: true } };
  if (last) return [handIn];
  return [{ key: "next", label: "Go to next question", act: { do: "go", place: place + 1 } }, handIn];
}

/** @returns {Action[]} */
function confirmActions() {
  return [
    { key: "submit", label: "Hand in now", main: true, act: { do: "submit" } },
    { key: "next", label: "Keep working", act: { do: "confirm", yes: false } },
  ];
}

/**
 * Ask for confirmation before an assessment is handed in.
 *
 * @param {QuestionView} view
 */
export function confirmation({ statuses }) {
  const open = statuses.filter((one) => one === "open").length;
  if (open === 0) return "Hand in now? You can't change your answers afterwards.";
  return `${open === 1 ? "1 question has" : `${open} questions have`} no answer. Hand in anyway?`;
}
