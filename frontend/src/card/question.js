// The parts of a question that all kinds share: heading, feedback, buttons, notes, and the list of questions.
import { button, present, section } from "../dom.js";
import { h, list } from "./html.js";
import { actions, confirmation, isLocked } from "./actions.js";
import { classTitle } from "./news.js";

/** @import { Child } from "../dom.js" */
/** @import { Message, Question, QuestionView, Remark, Status } from "./types.js" */

/** The sign and the words for each status. @type {Record<Status, [string, string]>} */
const STATUS_WORDS = {
  open: ["○", "not answered"],
  wrong: ["✘", "not yet correct"],
  solved: ["✔", "solved"],
  revealed: ["◐", "solution shown"],
  "solved-unseen": ["●", "answered"],
};

/** @param {QuestionView} view */
export function heading({ title, question }) {
  return h(
    "header",
    { class: "rc-head" },
    h("h3", {}, title),
    h("span", { class: "rc-skill rc-soft rc-small" }, question.skill),
    h("span", { class: `rc-chip rc-${question.difficulty}` }, question.difficulty),
  );
}

/** @param {Question} question */
export function prompt(question) {
  return h("div", { class: "rc-prompt", html: question.prompt, tabindex: "-1", "data-key": "prompt" });
}

/** @param {QuestionView} view */
export function verdict({ question, problem }) {
  return h(
    "div",
    {},
    question.verdict && h("p", { class: `rc-verdict rc-band rc-is-${question.state || "open"}` }, question.verdict),
    problem && h("p", { class: "rc-problem" }, problem),
  );
}

/**
 * Show how the class answered, once the instructor revealed it.
 *
 * @param {QuestionView} view
 */
export function classPart({ classResult }) {
  if (!classResult) return null;
  const { answered, answers } = classResult;
  return section(
    classTitle(classResult),
    "class",
    answers.length > 0 &&
      h(
        "ul",
        { class: "rc-rows" },
        ...answers.map((one) =>
          h(
            "li",
            {},
            h("span", { html: one.html }),
            h("progress", { class: `rc-bar ${one.right ? "rc-done" : ""}`, max: answered, value: one.count, "aria-hidden": "true" }),
            h("span", { class: "rc-small" }, `${one.right ? "✔ " : ""}${one.count} of ${answered}`),
          ),
        ),
      ),
  );
}

/**
 * Create the buttons below a question.
 *
 * @param {QuestionView} view
 * @param {object} does
 * @param {() => void} does.check
 * @param {(message: Message) => void} does.send
 * @param {string} saved what the kernel says about saving the answers
 */
export function buttons(view, { check, send }, saved) {
  const all = actions(view).map(({ key, label, main, act }) =>
    button(key, label, () => (act === "check" ? check() : send(act)), { class: main && "rc-main" }),
  );
  const assessment = view.mode === "assessment";
  return h(
    "div",
    { class: "rc-buttons" },
    assessment && view.confirming && h("p", { role: "alert" }, confirmation(view)),
    ...all,
    all.some(({ dataset }) => dataset.key === "check") && h("span", { class: "rc-missing rc-soft rc-small" }),
    assessment && h("span", { class: "rc-saved", role: "status" }, saved),
  );
}

/**
 * Create the notes below a question: feedback, hint, solution, and more, each once it is due.
 *
 * @param {Question} question
 * @returns {(Node | string)[]}
 */
export function notes(question) {
  const { bestAnswer, experiment, hint, misconception, mistakes, quickCheck, references, remarks, solution } = question;
  /** @type {Child[]} */
  const all = [
    remarks.length > 0 && section("Your answer, part by part", "parts", remarkList(remarks)),
    bestAnswer && section("Correct answer", "answer", h("div", { html: bestAnswer })),
    hint && !isLocked(question) && section("Hint", "hint", h("div", { html: hint })),
    misconception && section("Common mistake", "misconception", h("p", { html: misconception })),
    experiment && section("Try it: run this in a cell", "experiment", h("div", { html: experiment })),
    solution.length > 0 && section("Solution", "solution", list("ol", solution)),
    quickCheck && section("Quick check", "quick", h("p", { html: quickCheck })),
    mistakes.length > 0 && section("Common mistakes", "mistakes", list("ul", mistakes)),
    references.length > 0 && section("Learn more", "references", h("ul", {}, ...references.map(reference))),
  ];
  return present(all);
}

/** @param {Remark[]} remarks */
function remarkList(remarks) {
  return h(
    "ul",
    { class: "rc-remarks" },
    ...remarks.map(({ html, right, why }) =>
      h(
        "li",
        { class: right ? "rc-right" : "rc-wrong" },
        h("span", { class: "rc-mark" }, right ? "✔ Correct: " : "✘ Incorrect: "),
        h("span", { html }),
        h("div", { class: "rc-why", html: why }),
      ),
    ),
  );
}

/** @param {string} url */
function reference(url) {
  return h("li", {}, h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url.replace("https://", "")));
}

/**
 * Create the list of all questions, each a button that goes there if the mode allows it.
 *
 * @param {QuestionView} view
 * @param {(place: number) => void} onGo
 */
export function foot({ mode, statuses, question, summary, finished, next }, onGo) {
  const free = mode === "practice" || mode === "assessment";
  const steps = statuses.map((status, place) => {
    const [sign, words] = STATUS_WORDS[status];
    const step = button(`step-${place}`, "", () => onGo(place), {
      class: `rc-step rc-${status}`,
      "aria-label": `Question ${place + 1}, ${words}`,
      "aria-current": place === question.place && "step",
      disabled: !free,
    });
    step.append(h("span", { "aria-hidden": "true" }, `${place + 1} ${sign}`));
    return h("li", {}, step);
  });
  return h(
    "footer",
    { class: "rc-foot" },
    h("ol", { class: "rc-steps", "aria-label": "Questions" }, ...steps),
    h("span", { class: "rc-grow" }),
    h("span", { class: "rc-summary rc-soft rc-small" }, summary),
    finished && next?.href && h("a", { href: next.href }, `Next: ${next.title}`),
  );
}
