// Elements with HTML that the kernel rendered. Only cards use it: the workshop's pages never set HTML.
import { h as create, present } from "../dom.js";

/** @import { AttributeValue, Child, Listeners } from "../dom.js" */
/** @typedef {{ on?: Listeners, html?: string, [name: string]: AttributeValue | Listeners }} Attributes */

/**
 * Create an element as `h` of `dom.js` does; `html` sets the HTML before its children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, { html, ...attributes } = {}, ...children) {
  const element = create(tag, attributes);
  if (html !== undefined) {
    element.innerHTML = html;
    // Each text has its own direction, such as an Arabic question with English code.
    element.dir = "auto";
    // Long lines of code scroll, by the keyboard too.
    for (const code of element.querySelectorAll("pre")) code.tabIndex = 0;
  }
  element.append(...present(children));
  return element;
}

/**
 * Create a list of items, each an HTML string.
 *
 * @param {"ol" | "ul"} tag
 * @param {readonly string[]} items
 */
export function list(tag, items) {
  return h(tag, {}, ...items.map((html) => h("li", { html })));
}
