// What the panel shows: where to continue, and each lesson with its notebooks.
import { h } from "../dom.js";

/**
 * @typedef {import("./jupyterlab.ts").Outline} Outline
 * @typedef {import("./jupyterlab.ts").Lesson} Lesson
 * @typedef {import("./jupyterlab.ts").NotebookSandbox} NotebookSandbox
 * @typedef {import("./jupyterlab.ts").Activity} Activity
 * @typedef {(path: string) => void} Open
 */

/** A sign and a word for each state, because color alone says nothing to some. */
const STATES = { new: ["○", "not started"], begun: ["◐", "started"], done: ["✓", "done"] };

/**
 * Draw the panel.
 *
 * @param {Outline} outline
 * @param {string} current the path of the notebook that is open, or ""
 * @param {Open} open opens a notebook
 * @returns {HTMLElement}
 */
export function drawPanel(outline, current, open) {
  if (outline.problem) return h("div", { class: "rc-panel-body" }, h("p", { role: "status" }, outline.problem));
  return h(
    "div",
    { class: "rc-panel-body" },
    drawNext(outline, open),
    h("div", { class: "rc-panel-sandbox" }),
    ...outline.lessons.map((lesson) => drawLesson(lesson, current, open)),
  );
}

/**
 * @param {Outline} outline
 * @param {Open} open
 */
function drawNext({ following, following_lesson, cards_due, lessons }, open) {
  const deck = lessons.find((lesson) => lesson.cards_due > 0);
  const recall = deck?.activities.find((one) => one.path.endsWith("/recall.ipynb"));
  return h(
    "section",
    { class: "rc-panel-next", "aria-label": "Continue" },
    following
      ? h("p", {}, h("strong", {}, `${following_lesson}: ${following.title}`), h("br"), progress(following))
      : h(
          "p",
          {},
          h("strong", {}, "You have finished every lesson."),
          h("br"),
          "The home of the course says how to get your certificate.",
        ),
    following && h("button", { type: "button", class: "rc-main", on: { click: () => open(following.path) } }, begin(following)),
    cards_due > 0 &&
      recall &&
      h(
        "button",
        { type: "button", class: "rc-quiet", on: { click: () => open(recall.path) } },
        `Review ${cards_due} ${cards_due === 1 ? "card" : "cards"}`,
      ),
  );
}

/**
 * Draw the sandbox of the open notebook.
 *
 * @param {NotebookSandbox} sandbox
 */
export function drawSandbox({ world, acting_as, clock, last }) {
  if (!world) return "";
  const facts = [
    ["World", world],
    ["You act as", acting_as],
    ["Clock", clock.replace("T", " ").replace(/(:\d\d)(\.\d+)?(Z|\+00:00)$/, "$1 UTC")],
    ["Last call", last],
  ].filter(([, text]) => text);
  return h(
    "section",
    { "aria-label": "Sandbox of this notebook" },
    h("h3", {}, "Sandbox"),
    h("dl", {}, ...facts.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])),
  );
}

/** @param {Activity} activity */
function begin(activity) {
  return activity.state === "new" ? "Start" : "Continue";
}

/** @param {Activity} activity */
function progress({ state, steps, steps_done, minutes_left }) {
  const time = `about ${minutes_left} ${minutes_left === 1 ? "minute" : "minutes"}`;
  return state === "new" ? time : `Step ${steps_done + 1} of ${steps}, ${time}`;
}

/**
 * @param {Lesson} lesson
 * @param {string} current
 * @param {Open} open
 */
function drawLesson(lesson, current, open) {
  const percent = Math.round(lesson.share_done * 100);
  return h(
    "section",
    { class: "rc-panel-lesson", "aria-label": lesson.title },
    h(
      "h3",
      {},
      h("button", { type: "button", class: "rc-quiet rc-row", title: lesson.summary, on: { click: () => open(lesson.home) } }, lesson.title),
    ),
    h("progress", { class: "rc-bar", max: 100, value: percent, "aria-label": `${percent}% of ${lesson.title}` }),
    h("ul", {}, ...lesson.activities.map((one) => h("li", {}, drawActivity(one, one.path === current, open)))),
  );
}

/**
 * @param {Activity} activity
 * @param {boolean} current
 * @param {Open} open
 */
function drawActivity(activity, current, open) {
  const [sign, state] = STATES[activity.state];
  return h(
    "button",
    {
      type: "button",
      class: `rc-quiet rc-row rc-state-${activity.state}`,
      title: activity.description,
      "aria-current": current && "page",
      on: { click: () => open(activity.path) },
    },
    h("span", { class: "rc-sign", "aria-hidden": "true" }, sign),
    h("span", { class: "rc-grow" }, activity.title),
    h("span", { class: "rc-soft" }, activity.cards_due > 0 ? `${activity.cards_due} due` : `${activity.minutes} min`),
    h("span", { class: "rc-spoken" }, `, ${state}`),
  );
}
