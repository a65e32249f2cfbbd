// The single line of text that `cli` and `numeric` questions ask for.
import { h } from "../html.js";

/** @import { Form, FormContext } from "../types.js" */

/**
 * Create a labeled text field.
 *
 * @param {FormContext<unknown, string>} context
 * @param {string} label
 * @param {{ placeholder?: string, monospace?: boolean }} [options]
 * @returns {Form}
 */
export function lineForm(context, label, { placeholder = "", monospace = false } = {}) {
  const id = `${context.prefix}-line`;
  const input = h("input", {
    type: "text",
    class: monospace ? "rc-line rc-mono" : "rc-line",
    id,
    placeholder,
    "data-key": "line",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    disabled: context.locked,
    on: { input: () => context.keep(input.value) },
  });
  input.value = context.answer ?? "";
  const element = h("div", { class: "rc-typed" }, h("label", { for: id }, label), input);
  return { element, missing: "Type your answer first.", isComplete: () => (context.answer ?? "").trim() !== "" };
}
