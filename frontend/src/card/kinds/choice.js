// A `choice` question: choose one option.
import { optionsForm } from "./options.js";

/** @import { CreateForm } from "../types.js" */
/** @import { OptionsContent } from "./options.js" */

/** @type {CreateForm<OptionsContent, number>} The answer is the option's place. */
export function choiceForm(context) {
  return optionsForm(context, {
    type: "radio",
    instruction: "Choose one",
    chosen: () => (context.answer === null ? [] : [context.answer]),
    choose: (place) => context.keep(place),
  });
}
