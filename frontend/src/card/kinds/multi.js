// A `multi` question: choose every correct option.
import { optionsForm } from "./options.js";

/** @import { CreateForm } from "../types.js" */
/** @import { OptionsContent } from "./options.js" */

/**
 * Add a place to the chosen ones, or remove it.
 *
 * @param {readonly number[]} chosen
 * @param {number} place
 * @returns {number[]} in ascending order
 */
export function toggle(chosen, place) {
  const rest = chosen.filter((one) => one !== place);
  return rest.length < chosen.length ? rest : [...rest, place].sort((one, other) => one - other);
}

/** @type {CreateForm<OptionsContent, number[]>} The answer is the places of the chosen options. */
export function multiForm(context) {
  const chosen = () => context.answer ?? [];
  return optionsForm(context, {
    type: "checkbox",
    instruction: "Choose all that are correct",
    chosen,
    choose: (place) => context.keep(toggle(chosen(), place)),
  });
}
