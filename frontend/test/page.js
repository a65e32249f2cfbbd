// A page without a browser for the tests: import this before the module that needs the page.
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>", { url: "http://localhost/" });
for (const name of /** @type {const} */ (["window", "document", "Node", "HTMLElement", "HTMLInputElement", "KeyboardEvent"])) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}

/**
 * A model as anywidget gives it, without a kernel behind it.
 *
 * @template {Record<string, any>} State
 */
export class FakeModel {
  /** @type {any[]} What the card sent to the kernel. */
  sent = [];
  /** @type {Map<string, Set<(message?: any) => void>>} */
  #listeners = new Map();

  /** @param {State} state */
  constructor(state) {
    this.state = state;
  }

  /** @template {keyof State} Name @param {Name} name */
  get(name) {
    return this.state[name];
  }

  /** @template {keyof State & string} Name @param {Name} name @param {State[Name]} value */
  set(name, value) {
    this.state[name] = value;
    this.emit(`change:${name}`);
  }

  save_changes() {}

  /** @param {any} message */
  send(message) {
    this.sent.push(message);
  }

  /** @param {string} event @param {(message?: any) => void} listener */
  on(event, listener) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  /** @param {string} event @param {(message?: any) => void} listener */
  off(event, listener) {
    this.#listeners.get(event)?.delete(listener);
  }

  /** @param {string} event @param {any} [message] */
  emit(event, message) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(message);
  }

  /** How many listeners are left. */
  get listeners() {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The model as the cards expect it. @returns {any} */
  get model() {
    return this;
  }
}

/** An empty element in the page. */
export function place() {
  const element = document.createElement("div");
  document.body.replaceChildren(element);
  return element;
}
