// What the card's parts are made of. No imports: the kernel sends these files as one module.

/**
 * An element with attributes and children. A child that is a string is text, never HTML.
 * @param {string} tag
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string | false | null | undefined)} children
 * @returns {HTMLElement}
 */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "html") element.innerHTML = String(value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * @param {string} heading
 * @param {string} kind
 * @param {...(Node | string | false)} children
 */
function section(heading, kind, ...children) {
  return h("section", { class: `rc-note rc-${kind}` }, h("h4", {}, heading), ...children);
}

/** @param {string[]} items @param {"ol" | "ul"} tag */
function list(items, tag) {
  return h(tag, {}, ...items.map((html) => h("li", { html })));
}
