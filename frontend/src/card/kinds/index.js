// The kinds of question. A new kind needs a module like its neighbors, and a line here.
import { blanksForm } from "./blanks.js";
import { choiceForm } from "./choice.js";
import { cliForm } from "./cli.js";
import { decideForm } from "./decide.js";
import { matchForm } from "./match.js";
import { multiForm } from "./multi.js";
import { numericForm } from "./numeric.js";
import { orderForm } from "./order.js";
import { policyForm } from "./policy.js";
import { taskForm } from "./task.js";

/** @import { CreateForm, Form, FormContext } from "../types.js" */

// The kernel sends the content and the answer that belong to the kind, which no type can express here.
/** @type {Readonly<Record<string, CreateForm<any, any>>>} */
const FORMS = {
  blanks: blanksForm,
  choice: choiceForm,
  cli: cliForm,
  decide: decideForm,
  match: matchForm,
  multi: multiForm,
  numeric: numericForm,
  order: orderForm,
  policy: policyForm,
  task: taskForm,
};

/**
 * Create the form of a question.
 *
 * @param {string} kind
 * @param {FormContext<any, any>} context
 * @returns {Form}
 */
export function createForm(kind, context) {
  const create = FORMS[kind];
  if (!create) throw new Error(`This version of Rolecall has no form for a question of kind "${kind}".`);
  return create(context);
}
