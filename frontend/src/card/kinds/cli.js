// A `cli` question: type an AWS CLI command.
import { lineForm } from "./line.js";

/** @import { CreateForm } from "../types.js" */

/** @type {CreateForm<{ placeholder: string }, string>} The answer is the command. */
export function cliForm(context) {
  return lineForm(context, "The command", { placeholder: context.content.placeholder, monospace: true });
}
