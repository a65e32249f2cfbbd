// A `numeric` question: type a number, with a unit if the question has units.
import { lineForm } from "./line.js";

/** @import { CreateForm } from "../types.js" */

/** @type {CreateForm<{ units: string[] }, string>} The answer is the text, such as "1 hour". */
export function numericForm(context) {
  const { units } = context.content;
  return lineForm(context, units.length > 0 ? `A number, in ${units.join(" or ")}` : "A number");
}
