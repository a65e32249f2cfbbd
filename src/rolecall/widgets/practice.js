// The practice card. It shows the view that the kernel sends and tells the kernel what the learner does;
// which option is right it learns when the learner does.

/**
 * @typedef {{html: string, mark: "" | "right" | "wrong", why: string}} OptionView
 * @typedef {{
 *   id: string, place: number, count: number, difficulty: string, skill: string, prompt: string,
 *   options: OptionView[], chosen: number, standing: "open" | "wrong" | "solved" | "revealed",
 *   verdict: string, hint: string, misconception: string, mistakes: string[], solution: string[],
 *   quickCheck: string, references: string[],
 * }} QuestionView
 * @typedef {{
 *   title: string, question: QuestionView, standings: string[], finished: boolean, summary: string,
 *   problem: string, serial: number,
 * }} View
 */

const LETTERS = "ABCDEFGH";
const PATIENCE = 6000;
const STANDING = {
  open: ["○", "open"],
  wrong: ["✘", "not yet right"],
  solved: ["✔", "solved"],
  revealed: ["◐", "solution shown"],
};

let cards = 0;

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

class Card {
  /** @param {{model: any, el: HTMLElement}} context */
  constructor({ model, el }) {
    this.model = model;
    this.name = `rolecall-${(cards += 1)}`;
    this.picked = -1;
    /** @type {number | undefined} */
    this.waiting = undefined;
    this.body = h("div", {});
    this.spoken = h("div", { class: "rc-spoken", "aria-live": "polite", role: "status" });
    this.silence = h("p", { class: "rc-problem", role: "alert", hidden: true });
    this.root = h(
      "section",
      {
        class: "rolecall-card",
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      },
      this.body,
      this.silence,
      this.spoken,
    );
    el.append(this.root);
    // JupyterLab's plain keys (A inserts a cell, D D deletes one) are not meant while answering; Ctrl+S is.
    // It listens on the document in the capturing phase, so only the window comes before it.
    this.guard = (/** @type {KeyboardEvent} */ event) => {
      const plain = !(event.altKey || event.ctrlKey || event.metaKey);
      this.root.toggleAttribute("data-lm-suppress-shortcuts", plain);
    };
    window.addEventListener("keydown", this.guard, true);
    this.changed = () => this.update();
    model.on("change:view", this.changed);
    this.draw();
  }

  /** @returns {View} */
  get view() {
    return this.model.get("view");
  }

  get settled() {
    return ["solved", "revealed"].includes(this.view.question.standing);
  }

  /** @param {Record<string, unknown>} message */
  tell(message) {
    this.model.send(message);
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      this.silence.hidden = false;
      this.silence.textContent =
        "The kernel does not answer. If it is busy, wait; if it was restarted, run this cell again: " +
        "answers given before are kept.";
    }, PATIENCE);
  }

  update() {
    window.clearTimeout(this.waiting);
    this.silence.hidden = true;
    const before = this.shown;
    this.draw();
    const { question, problem } = this.view;
    if (before !== question.id) {
      this.focus("prompt");
    } else {
      this.spoken.textContent = problem || question.verdict;
    }
  }

  draw() {
    const { view } = this;
    const { question } = view;
    if (this.shown !== question.id || question.chosen >= 0) this.picked = question.chosen;
    this.shown = question.id;
    const focused = this.root.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.key
      : undefined;
    this.root.setAttribute("aria-label", `${view.title}, question ${question.place + 1} of ${question.count}`);
    this.body.replaceChildren(
      this.head(),
      h("div", { class: "rc-prompt", html: question.prompt, tabindex: "-1", "data-key": "prompt" }),
      this.options(),
      this.verdict(),
      this.buttons(),
      ...this.notes(),
      this.foot(),
    );
    if (focused) this.focus(focused);
  }

  /** @param {string} key */
  focus(key) {
    for (const candidate of [key, "next", "restart", "prompt"]) {
      const target = this.body.querySelector(`[data-key="${candidate}"]:not([disabled])`);
      if (target instanceof HTMLElement) {
        target.focus({ preventScroll: true });
        return;
      }
    }
  }

  head() {
    const { question, title } = this.view;
    return h(
      "header",
      { class: "rc-head" },
      h("h3", {}, title),
      h("span", { class: `rc-difficulty rc-${question.difficulty}` }, question.difficulty),
      h("span", { class: "rc-skill" }, question.skill),
    );
  }

  options() {
    const { question } = this.view;
    return h(
      "fieldset",
      { class: "rc-options" },
      h("legend", {}, this.settled ? "The options" : "Choose one: A to D or the arrow keys, then Enter"),
      ...question.options.map((option, index) => this.option(option, index)),
    );
  }

  /** @param {OptionView} option @param {number} index */
  option(option, index) {
    const id = `${this.name}-${index}`;
    const mark = { right: "✔ Right", wrong: "✘ Not this", "": "" }[option.mark];
    return h(
      "div",
      { class: `rc-option ${option.mark ? `rc-${option.mark}` : ""}` },
      h("input", {
        type: "radio",
        id,
        name: this.name,
        checked: index === this.picked,
        disabled: this.settled,
        "data-key": `option-${index}`,
        "aria-describedby": option.why ? `${id}-why` : null,
        onchange: () => this.pick(index),
      }),
      h(
        "label",
        { for: id },
        h("span", { class: "rc-letter", "aria-hidden": "true" }, LETTERS[index]),
        h("span", { html: option.html }),
        mark ? h("span", { class: "rc-mark" }, mark) : null,
      ),
      option.why ? h("p", { class: "rc-why", id: `${id}-why`, html: option.why }) : null,
    );
  }

  verdict() {
    const { question, problem } = this.view;
    return h(
      "div",
      {},
      question.verdict ? h("p", { class: `rc-verdict rc-${question.standing}` }, question.verdict) : null,
      problem ? h("p", { class: "rc-problem", role: "alert" }, problem) : null,
    );
  }

  buttons() {
    const { question, finished } = this.view;
    const last = question.place === question.count - 1;
    const button = (/** @type {string} */ key, /** @type {string} */ text, /** @type {() => void} */ act, more = {}) =>
      h("button", { type: "button", "data-key": key, onclick: act, ...more }, text);
    return h(
      "div",
      { class: "rc-buttons" },
      !this.settled &&
        button("check", "Check", () => this.check(), { class: "rc-main", disabled: this.picked < 0 || this.picked === question.chosen }),
      !this.settled && !question.hint && button("hint", "Hint", () => this.tell({ do: "hint", question: question.id })),
      !this.settled &&
        question.standing === "wrong" &&
        button("reveal", "Show the solution", () => this.tell({ do: "reveal", question: question.id })),
      this.settled && !last && button("next", "Next question", () => this.go(question.place + 1), { class: "rc-main" }),
      finished && button("restart", "Practise again", () => this.tell({ do: "restart" }), last ? { class: "rc-main" } : {}),
    );
  }

  notes() {
    const { question } = this.view;
    return [
      question.hint && !this.settled ? section("Hint", "hint", h("div", { html: question.hint })) : "",
      question.misconception ? section("What lies behind it", "misconception", h("p", { html: question.misconception })) : "",
      question.solution.length ? section("Solution", "solution", list(question.solution, "ol")) : "",
      question.quickCheck ? section("Quick check", "quick", h("p", { html: question.quickCheck })) : "",
      question.mistakes.length ? section("Common mistakes", "mistakes", list(question.mistakes, "ul")) : "",
      question.references.length
        ? section(
            "Read on",
            "references",
            h(
              "ul",
              {},
              ...question.references.map((url) =>
                h("li", {}, h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url.replace("https://", ""))),
              ),
            ),
          )
        : "",
    ].filter((one) => one !== "");
  }

  foot() {
    const { standings, question, summary } = this.view;
    return h(
      "footer",
      { class: "rc-foot" },
      h(
        "ol",
        { class: "rc-steps", "aria-label": "Questions" },
        ...standings.map((standing, place) => {
          const [sign, word] = STANDING[/** @type {keyof STANDING} */ (standing)];
          return h(
            "li",
            {},
            h(
              "button",
              {
                type: "button",
                class: `rc-step rc-${standing}`,
                "data-key": `step-${place}`,
                "aria-label": `Question ${place + 1}, ${word}`,
                "aria-current": place === question.place ? "step" : null,
                onclick: () => this.go(place),
              },
              h("span", { "aria-hidden": "true" }, `${place + 1} ${sign}`),
            ),
          );
        }),
      ),
      h("span", { class: "rc-summary" }, summary),
    );
  }

  /** @param {number} place */
  go(place) {
    this.tell({ do: "go", place });
  }

  /** @param {number} index */
  pick(index) {
    if (this.settled || index >= this.view.question.options.length) return;
    this.picked = index;
    const input = /** @type {HTMLInputElement} */ (this.body.querySelector(`[data-key="option-${index}"]`));
    input.checked = true;
    input.focus({ preventScroll: true });
    const check = /** @type {HTMLButtonElement | null} */ (this.body.querySelector('[data-key="check"]'));
    if (check) check.disabled = index === this.view.question.chosen;
  }

  check() {
    const { question } = this.view;
    if (this.settled || this.picked < 0 || this.picked === question.chosen) return;
    this.tell({ do: "answer", question: question.id, option: this.picked });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const place = LETTERS.indexOf(event.key.toUpperCase());
    if (event.key.length === 1 && place >= 0 && !this.settled) {
      this.pick(place);
      event.preventDefault();
    } else if (event.key === "Enter" && target.tagName === "INPUT") {
      this.check();
      event.preventDefault();
    }
    event.stopPropagation();
  }

  close() {
    window.clearTimeout(this.waiting);
    window.removeEventListener("keydown", this.guard, true);
    this.model.off("change:view", this.changed);
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render(context) {
    const card = new Card(context);
    return () => card.close();
  },
};
