// A `policy` question: write a policy that allows and denies the given requests.
import { section } from "../../dom.js";
import { h, list } from "../html.js";

/** @import { CreateForm } from "../types.js" */

/** @typedef {{ starter: string, written: string, allow: string[], deny: string[] }} PolicyContent */

const LABEL = "The policy, in JSON";
const LEAST_ROWS = 8;

/** @type {CreateForm<PolicyContent, string>} The answer is the text of the policy. */
export function policyForm(context) {
  const { starter, written, allow, deny } = context.content;
  if (context.locked) {
    const element = h("div", { class: "rc-editor" }, h("div", { html: written }));
    return { element, isComplete: () => false };
  }

  const text = () => context.answer ?? starter;
  // The learner can type immediately; the editor replaces the plain field when it is loaded.
  const area = h("textarea", {
    class: "rc-mono",
    "aria-label": LABEL,
    rows: Math.max(LEAST_ROWS, text().split("\n").length + 1),
    "data-key": "editor",
    spellcheck: "false",
    on: { input: () => context.keep(area.value) },
  });
  area.value = text();
  const place = h("div", { class: "rc-editor" }, area);
  context.loadEditor().then(({ edit }) => {
    if (!area.isConnected) return;
    const focused = document.activeElement === area;
    area.remove();
    const editor = edit(place, { text: text(), label: LABEL, onChange: (now) => context.keep(now) });
    if (focused) editor.focus();
  });
  const element = h(
    "div",
    { class: "rc-typed" },
    section("Must be allowed", "cases", list("ul", allow)),
    section("Must stay denied", "cases", list("ul", deny)),
    h("p", { class: "rc-rule" }, `${LABEL}. Press Ctrl+Enter to check it, or Tab to leave the editor.`),
    place,
  );
  return { element, missing: "Write the policy first.", isComplete: () => text().trim() !== "" };
}
