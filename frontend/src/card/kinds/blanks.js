// A `blanks` question: type into the blanks of a text, or click or drag the tokens into them.
import { button } from "../../dom.js";
import { h } from "../html.js";

/** @import { CreateForm } from "../types.js" */

/**
 * @typedef {{ text: string, blank: string | null }} Piece a text, and the name of the blank after it
 * @typedef {{ pieces: Piece[], tokens: string[], language: string }} BlanksContent
 * @typedef {Record<string, string>} Texts the text of each blank, by the blank's name
 */

/** The narrowest blank, in characters. */
const LEAST_SIZE = 8;

/**
 * Find the blank that a clicked token goes into: the current one if it is empty, else the first empty one, else the current one.
 *
 * @param {readonly string[]} names
 * @param {Texts} texts
 * @param {string} current
 */
export function targetBlank(names, texts, current) {
  if (!texts[current]) return current;
  return names.find((name) => !texts[name]) ?? current;
}

/** @type {CreateForm<BlanksContent, Texts>} */
export function blanksForm(context) {
  const { pieces, tokens, language } = context.content;
  const { locked } = context;
  const names = pieces.flatMap(({ blank }) => blank ?? []);
  /** @returns {Texts} */
  const texts = () => ({ ...Object.fromEntries(names.map((name) => [name, ""])), ...context.answer });
  let current = names[0];

  /** @type {Record<string, HTMLInputElement>} */
  const inputs = Object.fromEntries(
    names.map((name, index) => [
      name,
      h("input", {
        type: "text",
        class: "rc-blank",
        "aria-label": `Blank ${index + 1} of ${names.length}: ${name}`,
        "data-key": `blank-${name}`,
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        disabled: locked,
        on: {
          focus: () => (current = name),
          input: () => fill(name, inputs[name].value),
          dragover: (event) => event.preventDefault(),
          drop: (event) => {
            event.preventDefault();
            fill(name, event.dataTransfer?.getData("text/plain") ?? "");
          },
        },
      }),
    ]),
  );
  for (const name of names) show(name, texts()[name]);

  /** @param {string} name @param {string} text */
  function show(name, text) {
    // Setting an equal value would move the cursor of someone who is typing to the end.
    if (inputs[name].value !== text) inputs[name].value = text;
    inputs[name].size = Math.max(LEAST_SIZE, text.length + 1);
  }

  /** @param {string} name @param {string} text */
  function fill(name, text) {
    show(name, text);
    context.keep({ ...texts(), [name]: text });
  }

  /** @param {string} token */
  function useToken(token) {
    const target = targetBlank(names, texts(), current);
    fill(target, token);
    inputs[target].focus({ preventScroll: true });
    current = targetBlank(names, texts(), target);
  }

  const element = h(
    "div",
    { class: "rc-blanks", role: "group", "aria-label": "The text with its blanks" },
    h(
      "pre",
      { class: `rc-code rc-${language}` },
      ...pieces.flatMap(({ text, blank }) => [text, blank === null ? null : inputs[blank]]),
    ),
    tokens.length > 0 &&
      !locked &&
      h(
        "div",
        { class: "rc-tokens", role: "group", "aria-label": "Tokens to put into the blanks" },
        ...tokens.map((token) =>
          button(`token-${token}`, token, () => useToken(token), {
            class: "rc-token",
            draggable: "true",
            on: { dragstart: (event) => event.dataTransfer?.setData("text/plain", token) },
          }),
        ),
      ),
  );
  return {
    element,
    missing: "Fill in each blank first.",
    isComplete: () => names.every((name) => texts()[name].trim() !== ""),
  };
}
