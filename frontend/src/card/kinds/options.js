// The list of options that `choice` and `multi` questions show.
import { h } from "../html.js";

/** @import { Form, FormContext } from "../types.js" */

/**
 * @typedef {{ html: string, mark: "right" | "wrong" | "", why: string }} Option
 * @typedef {{ options: Option[] }} OptionsContent
 */

const LETTERS = "ABCDEFGH";
const MARKS = { right: "✔ Correct", wrong: "✘ Incorrect", "": "" };

/**
 * Create a group of radio buttons or checkboxes that also reacts to the options' letters.
 *
 * @param {FormContext<OptionsContent, any>} context
 * @param {object} group
 * @param {"radio" | "checkbox"} group.type
 * @param {string} group.instruction
 * @param {() => number[]} group.chosen the places of the chosen options
 * @param {(place: number) => void} group.choose
 * @returns {Form}
 */
export function optionsForm(context, { type, instruction, chosen, choose }) {
  const { content, locked, prefix } = context;
  const inputs = content.options.map(({ why }, place) =>
    h("input", {
      type,
      id: `${prefix}-${place}`,
      name: prefix,
      checked: chosen().includes(place),
      disabled: locked,
      "data-key": `option-${place}`,
      "aria-describedby": why ? `${prefix}-${place}-why` : null,
      on: { change: () => pick(place) },
    }),
  );

  /** @param {number} place */
  function pick(place) {
    choose(place);
    for (const [index, input] of inputs.entries()) input.checked = chosen().includes(index);
    inputs[place].focus({ preventScroll: true });
  }

  const legend = locked
    ? "The options"
    : `${instruction}: press A to ${LETTERS[content.options.length - 1]} or the arrow keys, then Enter`;
  const element = h(
    "fieldset",
    { class: "rc-options" },
    h("legend", {}, legend),
    ...content.options.map(({ html, mark, why }, place) =>
      h(
        "div",
        { class: `rc-option ${mark && `rc-${mark}`}` },
        inputs[place],
        h(
          "label",
          { for: `${prefix}-${place}` },
          h("span", { class: "rc-letter", "aria-hidden": "true" }, LETTERS[place]),
          h("span", { html }),
          mark && h("span", { class: "rc-mark" }, MARKS[mark]),
        ),
        why && h("p", { class: "rc-why", id: `${prefix}-${place}-why`, html: why }),
      ),
    ),
  );
  return {
    element,
    missing: "Choose an option first.",
    isComplete: () => chosen().length > 0,
    onKey(event) {
      const place = event.key.length === 1 ? LETTERS.indexOf(event.key.toUpperCase()) : -1;
      if (place < 0 || place >= content.options.length) return false;
      pick(place);
      return true;
    },
  };
}
