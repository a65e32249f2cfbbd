// Small helpers that create DOM elements, shared by the cards and the workshop's pages.

/**
 * @typedef {{ [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void }} Listeners
 * @typedef {string | number | boolean | null | undefined} AttributeValue
 * @typedef {{ on?: Listeners, [name: string]: AttributeValue | Listeners }} Attributes
 * @typedef {Node | string | false | null | undefined} Child
 */

/**
 * Create an element.
 *
 * A string child becomes text, never HTML. An attribute that is `false`, `null`, or `undefined` is left out, and so is such a child.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, ...plain } = attributes;
  for (const [name, listener] of Object.entries(on)) {
    element.addEventListener(name, /** @type {EventListener} */ (listener));
  }
  for (const [name, value] of Object.entries(plain)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * Leave out the children that are not there.
 *
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
export function present(children) {
  return children.flatMap((child) => child || []);
}

/**
 * Create a button.
 *
 * @param {string} key names the button when the focus has to return to it after the card is drawn again
 * @param {string} label
 * @param {() => void} onClick
 * @param {Attributes} [attributes]
 */
export function button(key, label, onClick, { on, ...attributes } = {}) {
  return h("button", { type: "button", "data-key": key, on: { click: onClick, ...on }, ...attributes }, label);
}

/**
 * Create a part of a card with its own heading.
 *
 * @param {string} heading
 * @param {string} name the part's CSS class, without `rc-`
 * @param {...Child} children
 */
export function section(heading, name, ...children) {
  return h("section", { class: `rc-note rc-${name}` }, h("h4", {}, heading), ...children);
}
