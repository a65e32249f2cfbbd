// What a screen reader hears of a new view: one short text, because the whole card would take too long.

/** @import { Question, QuestionView, TaskContent, View } from "./types.js" */

/**
 * Say what is new in a view that shows the same question, or no question, as the view before.
 *
 * @param {View} before
 * @param {View} now
 * @returns {string} empty if nothing that matters has changed
 */
export function newsOf(before, now) {
  if (now.problem) return now.problem;
  if (now.task) return taskNews(before.task, now.task);
  if (!now.question) return now.note !== before.note ? (now.note ?? "") : "";
  if (now.classResult && !before.classResult) return classTitle(now.classResult);
  if (!before.question) return now.question.verdict;
  if (now.question.hint && !before.question.hint) return "Hint shown";
  return isSameAnswer(before.question, now.question) ? "" : now.question.verdict;
}

/** @param {NonNullable<QuestionView["classResult"]>} result */
export function classTitle({ answered, right }) {
  return `The class: ${right} of ${answered} right`;
}

/** @param {TaskContent | undefined} before @param {TaskContent} now */
function taskNews(before, { notes, verdict }) {
  const known = new Set(before?.notes.map(({ html }) => html));
  const news = notes.find(({ html }) => !known.has(html));
  if (news) return `${news.title} shown`;
  return verdict.title ?? (before?.verdict.title ? "Started over" : "");
}

/** @param {Question} one @param {Question} other */
function isSameAnswer(one, other) {
  const outcome = (/** @type {Question} */ { given, status, verdict }) => JSON.stringify([given, status, verdict]);
  return outcome(one) === outcome(other);
}
