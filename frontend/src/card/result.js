// The result of a test, a challenge, or an assessment.
import { button, present, section } from "../dom.js";
import { h, list } from "./html.js";

/** @import { Message, Result, Review } from "./types.js" */

/**
 * Create the parts of a result.
 *
 * @param {Result} result
 * @param {(message: Message) => void} send
 */
export function resultParts(result, send) {
  const { receipt, refresh, restart } = result;
  return present([
    h(
      "p",
      { class: "rc-result", tabindex: "-1", "data-key": "prompt" },
      h("span", { "aria-hidden": "true" }, `${result.sign} `),
      h("strong", {}, result.verdict),
    ),
    h("p", {}, result.summary),
    result.skills.length > 0 && skillTable(result.skills),
    receipt && section("Your receipt: keep this line", "receipt", h("pre", { tabindex: "0" }, h("code", {}, receipt))),
    result.next && section("What to do next", "next", h("p", {}, result.next)),
    ...result.review.map(review),
    h(
      "div",
      { class: "rc-buttons" },
      restart && button("restart", restart, () => send({ do: "restart" })),
      refresh && button("refresh", refresh, () => send({ do: "refresh" })),
    ),
  ]);
}

/** @param {Result["skills"]} skills */
function skillTable(skills) {
  const rows = skills.map(({ skill, verdict, answers }) =>
    h("tr", {}, h("th", { scope: "row" }, skill), h("td", {}, verdict), h("td", {}, answers)),
  );
  return h(
    "table",
    { class: "rc-skills" },
    h("caption", {}, "Results by skill"),
    h("thead", {}, h("tr", {}, ...["Skill", "Verdict", "Answers"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows),
  );
}

/** @param {Review} review @param {number} place */
function review({ mark, verdict, prompt, given, whys, best, solution }, place) {
  return h(
    "details",
    { class: "rc-review" },
    h("summary", {}, `${mark} Question ${place + 1}: ${verdict}`),
    h("div", { html: prompt }),
    given && section("Your answer", "given", h("div", { html: given })),
    ...whys.map((html) => h("div", { class: "rc-why", html })),
    best && section("Correct answer", "answer", h("div", { html: best })),
    section("Solution", "solution", list("ol", solution)),
  );
}
