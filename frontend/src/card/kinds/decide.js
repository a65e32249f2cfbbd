// A `decide` question: predict how IAM evaluates a request, and which type of policy decides it.
import { section } from "../../dom.js";
import { h } from "../html.js";

/** @import { CreateForm } from "../types.js" */

/**
 * @typedef {"Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied"} Outcome
 * @typedef {{ scene: { title: string, html: string }[], policyTypes: string[] }} DecideContent
 * @typedef {{ outcome?: Outcome, policy_type?: string }} Decision
 */

/** @type {[Outcome, string][]} */
const OUTCOMES = [
  ["Allowed", "Allowed"],
  ["ImplicitlyDenied", "Denied, because no statement allows it"],
  ["ExplicitlyDenied", "Denied, because a statement denies it"],
];

/**
 * Whether a decision has all its parts: only a denial names a type of policy.
 *
 * @param {Decision} decision
 */
export function isCompleteDecision({ outcome, policy_type: policyType }) {
  return outcome === "Allowed" || Boolean(outcome && policyType);
}

/** @type {CreateForm<DecideContent, Decision>} */
export function decideForm(context) {
  const { scene, policyTypes } = context.content;
  const { locked, prefix } = context;
  /** @returns {Decision} */
  const decision = () => context.answer ?? {};

  const select = h(
    "select",
    {
      id: `${prefix}-which`,
      "data-key": "which",
      disabled: locked,
      on: { change: () => context.keep({ ...decision(), policy_type: select.value }) },
    },
    h("option", { value: "" }, "Choose…"),
    ...policyTypes.map((name) => h("option", { value: name }, name)),
  );
  select.value = decision().policy_type ?? "";
  const which = h("p", { class: "rc-which" }, h("label", { for: select.id }, "Which policy decides it? "), select);

  function showWhich() {
    const { outcome } = decision();
    which.hidden = !outcome || outcome === "Allowed";
  }

  /** @param {Outcome} outcome */
  function choose(outcome) {
    context.keep(outcome === "Allowed" ? { outcome } : { ...decision(), outcome });
    showWhich();
  }

  /** @param {[Outcome, string]} option */
  function option([outcome, label]) {
    const id = `${prefix}-${outcome}`;
    const input = h("input", {
      type: "radio",
      id,
      name: prefix,
      checked: decision().outcome === outcome,
      disabled: locked,
      "data-key": outcome,
      on: { change: () => choose(outcome) },
    });
    return h("div", { class: "rc-option" }, input, h("label", { for: id }, label));
  }

  const element = h(
    "div",
    {},
    ...scene.map(({ title, html }) => section(title, "scene", h("div", { html }))),
    h("fieldset", { class: "rc-options" }, h("legend", {}, "How does IAM decide?"), ...OUTCOMES.map(option), which),
  );
  showWhich();
  return { element, missing: "Choose how IAM decides first.", isComplete: () => isCompleteDecision(decision()) };
}
