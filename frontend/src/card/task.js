// The card of a hands-on task: the goal, a checklist that ticks in place, and the buttons to work on it.
import { button, present, section } from "../dom.js";
import { h } from "./html.js";

/** @import { Goal, Message, TaskContent } from "./types.js" */

/** @type {Record<Goal["state"], [string, string]>} */
const SIGNS = { open: ["○", "not checked yet"], right: ["✔", "as it should be"], wrong: ["✘", "not as it should be"] };

/** @param {string} difficulty */
export function difficultyChip(difficulty) {
  return h("span", { class: `rc-chip rc-${difficulty}` }, difficulty);
}

/**
 * Create the parts of a task.
 *
 * @param {TaskContent} task
 * @param {(message: Message) => void} send
 * @returns {(Node | string)[]}
 */
export function taskParts(task, send) {
  const { actor, goal, goals, hint, mayChange, next, notes, verdict } = task;
  const check = button("check", "Check", () => {
    // The probes take a moment; the kernel answers with a new view.
    check.textContent = "Checking…";
    check.setAttribute("aria-disabled", "true");
    send({ do: "task-check" });
  }, { class: "rc-main" });
  return present([
    h("div", { class: "rc-prompt", html: goal, tabindex: "-1", "data-key": "prompt" }),
    h(
      "p",
      { class: "rc-small rc-soft" },
      "You act as ",
      h("strong", {}, actor),
      ". You can change: ",
      h("span", { html: mayChange }),
    ),
    ...goals.flatMap(([title, rows]) => [
      h("h4", {}, title),
      h("ul", { class: "rc-goals", "aria-label": title }, ...rows.map((row) => goalRow(row, send))),
    ]),
    verdict.title &&
      h(
        "div",
        { class: `rc-band rc-is-${verdict.state}` },
        h("p", {}, verdict.title),
        verdict.html && h("div", { html: verdict.html }),
        next.href && h("p", {}, "Next: ", h("a", { href: next.href }, next.title)),
      ),
    ...notes.map(({ title, html }) => section(title, "explained", h("div", { html }))),
    h(
      "footer",
      { class: "rc-foot" },
      check,
      hint && button("hint", hint, () => send({ do: "task-hint" })),
      button("denial", "Show denial", () => send({ do: "task-denial" })),
      h("span", { class: "rc-grow" }),
      button("reset", "Start over", () => send({ do: "task-reset" }), { class: "rc-quiet" }),
      button("solution", "Solution", () => send({ do: "task-solution" }), { class: "rc-quiet" }),
    ),
  ]);
}

/** @param {Goal} goal @param {(message: Message) => void} send */
function goalRow({ place, html, state, note }, send) {
  const [sign, words] = SIGNS[state];
  return h(
    "li",
    { class: `rc-is-${state}` },
    h("span", { class: "rc-sign", "aria-hidden": "true" }, sign),
    h(
      "span",
      { class: "rc-what" },
      h("span", { html }),
      h("span", { class: "rc-spoken" }, `: ${words}`),
      note && h("span", { class: "rc-soft rc-small" }, ` · ${note}`),
    ),
    state === "wrong" &&
      button(`why-${place}`, "Why?", () => send({ do: "task-why", place }), { class: "rc-quiet" }),
  );
}
