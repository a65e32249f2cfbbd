// The parts of the dashboard. Every text is set as text, never as HTML.
import { button, h } from "../dom.js";
import { minutesAndSeconds } from "../time.js";

/**
 * @typedef {object} Person
 * @property {string} name
 * @property {string} lesson
 * @property {string} mode
 * @property {string} question
 * @property {number} right
 * @property {number} answered
 * @property {boolean} stuck
 * @property {boolean} away
 *
 * @typedef {object} AnsweredQuestion
 * @property {string} question
 * @property {{ answer: string, count: number, right: boolean | null }[]} answers `right` is null before it is revealed
 * @property {number} answered
 * @property {number | null} right
 * @property {boolean} revealed
 *
 * @typedef {object} Room what the service sends whenever something changes; times are in ISO 8601
 * @property {string} room
 * @property {string} code
 * @property {string} now the service's time
 * @property {string | null} timer_until
 * @property {Person[]} people
 * @property {{ name: string, count: number }[]} misconceptions
 * @property {AnsweredQuestion[]} questions
 * @property {{ assessment: string, begun: number, submitted: number }[]} attempts
 * @property {Grading} grading
 *
 * @typedef {object} Grading how the service grades hands-on tasks and policies
 * @property {boolean} works
 * @property {number} workers how many workers there should be
 * @property {number} working how many there are
 * @property {number} waiting how many answers wait for their grade
 * @property {number} failed how many answers could not be graded
 */

/** @typedef {Record<string, string>} Titles what an instructor reads in place of each ID */

/** @param {number} done @param {number} all @param {string} [state] */
const bar = (done, all, state) => h("progress", { class: `rc-bar ${state ?? ""}`, max: all, value: done, "aria-hidden": "true" });

/** @param {Person} person @param {Titles} [titles] */
export function personRow({ name, lesson, mode, question, right, answered, stuck, away }, titles = {}) {
  const [state, kind] = stuck ? ["⚠ stuck", "rc-is-part"] : away ? ["○ away", ""] : ["● here", "rc-is-right"];
  const place = question.split("/").at(-1) ?? "";
  return h(
    "tr",
    { class: stuck && "stuck" },
    h("th", { scope: "row" }, name),
    h("td", {}, titles[lesson] ?? lesson),
    h("td", {}, titles[mode] ?? mode),
    h("td", { class: "long" }, titles[place] ?? question),
    h("td", {}, `${right} of ${answered}`, bar(right, Math.max(1, answered))),
    h("td", {}, h("span", { class: `rc-chip ${kind}` }, state)),
  );
}

/**
 * Create the chart of the answers to a question.
 *
 * @param {AnsweredQuestion} asked
 * @param {(question: string) => void} onReveal
 * @param {Titles} [titles]
 */
export function questionPart({ question, answers, answered, right, revealed }, onReveal, titles = {}) {
  const most = Math.max(1, ...answers.map(({ count }) => count));
  return h(
    "article",
    { class: "asked" },
    h(
      "div",
      { class: "rc-head" },
      h("h3", {}, titles[question] ?? question),
      h("span", { class: "rc-chip" }, revealed ? `${right} of ${answered} right` : `${answered} answered`),
    ),
    h(
      "ul",
      { class: "answers" },
      ...answers.map((one) => {
        const mark = one.right === null ? "" : one.right ? "✔ " : "✘ ";
        return h("li", {}, bar(one.count, most, one.right ? "rc-done" : ""), h("span", {}, `${mark}${one.count} × ${one.answer}`));
      }),
    ),
    !revealed &&
      button(`reveal-${question}`, "Reveal answer", () => onReveal(question), {
        "aria-label": `Reveal the answer: ${titles[question] ?? question}`,
      }),
  );
}

/**
 * Say what the instructor has to know about grading; empty if there is nothing.
 *
 * @param {Grading} grading
 */
export function gradingText({ works, working, workers, waiting, failed }) {
  if (!works) return `⚠ Grading has stopped (${working} of ${workers} workers). Restart the service.`;
  return [waiting > 0 && `${waiting} to grade`, failed > 0 && `⚠ ${failed} could not be graded`].filter(Boolean).join(", ");
}

/**
 * Write the time that a room's timer has left; empty if no timer runs.
 *
 * @param {Pick<Room, "timer_until">} room
 * @param {number} now the service's time, in milliseconds since the epoch
 */
export function timeLeft({ timer_until: until }, now) {
  if (until === null) return "";
  const seconds = Math.max(0, Math.round((Date.parse(until) - now) / 1000));
  return seconds > 0 ? `⏱ ${minutesAndSeconds(seconds)}` : "⏱ time is up";
}
