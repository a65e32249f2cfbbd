// A flash card: think of the answer, show it, and rate how well you knew it.
import { button, present, section } from "../dom.js";
import { h } from "./html.js";

/** @import { Flash, Message } from "./types.js" */

/**
 * Create the parts of a flash card.
 *
 * @param {Flash} flash
 * @param {(message: Message) => void} send
 */
export function flashParts(flash, send) {
  const { answers, back, card, front, left, wait } = flash;
  if (!card) {
    const text = wait ? `No card is due. The next one is due in ${wait}.` : "The cards can't be read right now.";
    return [h("p", { class: "rc-prompt", tabindex: "-1", "data-key": "prompt" }, text)];
  }
  const show = () => button("turn", "Show answer", () => send({ do: "turn", card }), { class: "rc-main" });
  // The focus moves to what is new: first the front, then the answer.
  const focusable = { tabindex: "-1", "data-key": "prompt" };
  return present([
    h("div", { class: "rc-prompt", html: front, ...(back ? {} : focusable) }),
    back ? section("Answer", "solution", h("div", { html: back, ...focusable })) : h("div", { class: "rc-buttons" }, show()),
    answers.length > 0 &&
      h(
        "div",
        { class: "rc-buttons", role: "group", "aria-label": "How well did you know it?" },
        ...answers.map(({ recalled, word, again }) =>
          button(`recalled-${recalled}`, `${word}, in ${again}`, () => send({ do: "recalled", card, recalled })),
        ),
      ),
    h("footer", { class: "rc-foot" }, h("span", {}, `${left} due`)),
  ]);
}
