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
    result.certainty &&
      h("details", { class: "rc-small rc-soft" }, h("summary", {}, "How certain is this?"), h("p", {}, result.certainty)),
    result.summary && h("p", {}, result.summary),
    result.skills.length > 0 && section("Results by skill", "skills", skillRows(result.skills)),
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
function skillRows(skills) {
  const rows = skills.map(({ skill, verdict, right, answered }) =>
    h(
      "li",
      {},
      h("span", {}, skill),
      h("progress", { class: "rc-bar", max: answered, value: right, "aria-label": `Right answers: ${skill}` }),
      h("span", { class: "rc-small" }, `${verdict} · ${right} of ${answered}`),
    ),
  );
  return h("ul", { class: "rc-rows" }, ...rows);
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
