// A `match` question: choose the right-hand side for each left-hand side.
import { h } from "../html.js";

/** @import { CreateForm } from "../types.js" */

const NOT_CHOSEN = -1;

/** @type {CreateForm<{ lefts: string[], choices: string[] }, number[]>} The answer has the place of a choice for each left side. */
export function matchForm(context) {
  const { lefts, choices } = context.content;
  const { locked, prefix } = context;
  const answer = () => context.answer ?? lefts.map(() => NOT_CHOSEN);

  /** @param {string} html @param {number} row */
  function pair(html, row) {
    const select = h(
      "select",
      {
        "data-key": `match-${row}`,
        "aria-labelledby": `${prefix}-left-${row}`,
        disabled: locked,
        on: { change: () => context.keep(answer().with(row, Number(select.value))) },
      },
      h("option", { value: NOT_CHOSEN }, "Choose…"),
      ...choices.map((text, place) => h("option", { value: place }, text)),
    );
    select.value = String(answer()[row]);
    return h("li", {}, h("span", { id: `${prefix}-left-${row}`, html }), select);
  }

  const element = h(
    "fieldset",
    { class: "rc-options" },
    h("legend", {}, "Choose the match for each item"),
    h("ul", { class: "rc-match" }, ...lefts.map(pair)),
  );
  return {
    element,
    missing: "Choose a match for each item first.",
    isComplete: () => answer().every((place) => place !== NOT_CHOSEN),
  };
}
