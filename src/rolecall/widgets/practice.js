// The practice card. It shows the view that the kernel sends and tells the kernel what the learner does;
// which option is right it learns when the learner does.

/**
 * @typedef {{
 *   id: string, kind: string, place: number, count: number, difficulty: string, skill: string, prompt: string,
 *   rule: string, face: any, given: any, standing: "open" | "wrong" | "solved" | "revealed", verdict: string,
 *   remarks: {html: string, right: boolean, why: string}[], bestAnswer: string, hint: string,
 *   misconception: string, experiment: string, mistakes: string[], solution: string[], quickCheck: string, references: string[],
 * }} QuestionView
 * @typedef {{
 *   mode: "practice" | "test" | "challenge" | "recall" | "assessment", title: string, question?: QuestionView,
 *   standings: string[], finished: boolean, summary: string, problem: string, serial: number,
 *   secondsLeft?: number, confirming?: boolean, note?: string, start?: string, result?: any, flash?: any,
 * }} View
 */

const PATIENCE = 6000;
/** How long a learner's hand rests before what they wrote is saved, in milliseconds. */
const REST = 500;
const STANDING = {
  open: ["○", "open"],
  wrong: ["✘", "not yet right"],
  solved: ["✔", "solved"],
  revealed: ["◐", "solution shown"],
  "solved-unseen": ["●", "answered"],
};

let cards = 0;

class Card {
  /** @param {{model: any, el: HTMLElement}} context */
  constructor({ model, el }) {
    this.model = model;
    this.name = `rolecall-${(cards += 1)}`;
    /** What the learner has put in and not sent, by question. @type {Map<string, any>} */
    this.drafts = new Map();
    /** @type {number | undefined} */
    this.waiting = undefined;
    /** @type {number | undefined} */
    this.ticking = undefined;
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
    this.told = () => this.tellSaved();
    model.on("change:saved", this.told);
    this.draw();
  }

  /** @returns {View} */
  get view() {
    return this.model.get("view");
  }

  get settled() {
    return ["solved", "revealed"].includes(this.view.question?.standing);
  }

  /** @param {Record<string, unknown>} message */
  tell(message) {
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.tellSilence(), PATIENCE);
    try {
      this.model.send(message);
    } catch {
      // Nobody is at the other end any more.
      this.tellSilence();
    }
  }

  tellSilence() {
    this.silence.hidden = false;
    this.silence.textContent =
      "The kernel does not answer. If it is busy, wait; if it was restarted, run this cell again: " +
      "answers given before are kept.";
  }

  update() {
    window.clearTimeout(this.waiting);
    this.silence.hidden = true;
    const before = this.shown;
    this.draw();
    const { question, problem } = this.view;
    if (!question) {
      this.spoken.textContent = problem || this.body.innerText.slice(0, 400);
      this.focus("prompt");
    } else if (before !== question.id) {
      this.focus("prompt");
    } else {
      this.spoken.textContent = problem || question.verdict;
    }
  }

  draw() {
    const { view } = this;
    window.clearInterval(this.ticking);
    if (!view.question) {
      this.drawOther();
      return;
    }
    const { question } = view;
    if (this.serial !== view.serial && question.given != null) this.drafts.delete(question.id);
    this.serial = view.serial;
    this.shown = question.id;
    this.form = FORMS[question.kind](this, question);
    const focused = this.root.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.key
      : undefined;
    this.root.setAttribute("aria-label", `${view.title}, question ${question.place + 1} of ${question.count}`);
    const parts = [
      this.head(),
      this.clock(),
      h("div", { class: "rc-prompt", html: question.prompt, tabindex: "-1", "data-key": "prompt" }),
      this.form.element,
      question.rule && !this.settled && h("p", { class: "rc-rule" }, question.rule),
      this.verdict(),
      this.buttons(),
      ...this.notes(),
      this.foot(),
    ];
    this.body.replaceChildren(.../** @type {Node[]} */ (parts.filter(Boolean)));
    this.mayCheck();
    if (focused) this.focus(focused);
  }

  /** A start, a result, a flash card: what is no question. */
  drawOther() {
    const { view } = this;
    this.shown = undefined;
    this.root.setAttribute("aria-label", view.title);
    const start = view.start && [
      h("p", { class: "rc-prompt", tabindex: "-1", "data-key": "prompt" }, view.start),
      h("button", { type: "button", class: "rc-main", "data-key": "next", onclick: () => this.tell({ do: "start" }) }, "Start"),
    ];
    const note = view.note && [h("p", { class: "rc-prompt", tabindex: "-1", "data-key": "prompt" }, view.note)];
    const parts = start || note || (view.result && resultParts(this, view.result)) || flashParts(this, view.flash);
    const problem = view.problem && h("p", { class: "rc-problem", role: "alert" }, view.problem);
    this.body.replaceChildren(
      h("header", { class: "rc-head" }, h("h3", {}, view.title)),
      .../** @type {Node[]} */ ([...parts, problem].filter(Boolean)),
    );
  }

  /** The clock of a challenge; it ticks for the eye, and is said aloud only near the end. */
  clock() {
    if (this.view.secondsLeft == null) return null;
    const ends = performance.now() + this.view.secondsLeft * 1000;
    const shown = h("p", { class: "rc-clock", role: "timer" });
    const { id } = this.view.question;
    const tick = () => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      shown.textContent = `Time left: ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left === 10) this.spoken.textContent = "Ten seconds left";
      if (left === 0) {
        window.clearInterval(this.ticking);
        this.tell({ do: "timeout", question: id });
      }
    };
    tick();
    this.ticking = window.setInterval(tick, 250);
    return shown;
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

  /** The answer in the form, or what was answered before. */
  get draft() {
    const { id, given } = this.view.question;
    return this.drafts.has(id) ? this.drafts.get(id) : given;
  }

  /** @param {any} value */
  keep(value) {
    const { id } = this.view.question;
    this.drafts.set(id, value);
    this.mayCheck();
    if (this.view.mode !== "assessment") return;
    window.clearTimeout(this.saving);
    this.saving = window.setTimeout(() => this.save(id), REST);
  }

  /** Sends what stands in the form, if it is an answer; the kernel says how its saving stands. @param {string} id */
  save(id) {
    window.clearTimeout(this.saving);
    if (this.view.mode !== "assessment" || !this.drafts.has(id) || !this.form.ready()) return;
    this.model.send({ do: "save", question: id, answer: this.drafts.get(id) });
  }

  tellSaved() {
    const place = this.body.querySelector(".rc-saved");
    if (place) place.textContent = this.model.get("saved");
  }

  mayCheck() {
    const check = /** @type {HTMLButtonElement | null} */ (this.body.querySelector('[data-key="check"]'));
    if (check) check.disabled = !this.isNew();
  }

  /** Whether there is an answer in the form, and another than the last one. */
  isNew() {
    const { question } = this.view;
    return !this.settled && this.form.ready() && JSON.stringify(this.draft) !== JSON.stringify(question.given);
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
    const { question, finished, mode } = this.view;
    if (mode === "assessment") return this.assessmentButtons();
    const last = question.place === question.count - 1;
    const button = (/** @type {string} */ key, /** @type {string} */ text, /** @type {() => void} */ act, more = {}) =>
      h("button", { type: "button", "data-key": key, onclick: act, ...more }, text);
    return h(
      "div",
      { class: "rc-buttons" },
      !this.settled &&
        button("check", mode === "practice" ? "Check" : "Answer", () => this.check(), { class: "rc-main" }),
      mode === "practice" && !this.settled && !question.hint && button("hint", "Hint", () => this.tell({ do: "hint", question: question.id })),
      mode === "practice" &&
        !this.settled &&
        question.standing === "wrong" &&
        button("reveal", "Show the solution", () => this.tell({ do: "reveal", question: question.id })),
      this.settled && !last && button("next", "Next question", () => this.go(question.place + 1), { class: "rc-main" }),
      finished && button("restart", "Practise again", () => this.tell({ do: "restart" }), last ? { class: "rc-main" } : {}),
    );
  }

  /** Free to go to any question; handing in asks once more. */
  assessmentButtons() {
    const { question, standings, confirming } = this.view;
    const last = question.place === question.count - 1;
    const open = standings.filter((one) => one === "open").length;
    const button = (/** @type {string} */ key, /** @type {string} */ text, /** @type {() => void} */ act, more = {}) =>
      h("button", { type: "button", "data-key": key, onclick: act, ...more }, text);
    return h(
      "div",
      { class: "rc-buttons" },
      ...(confirming
        ? [
            h("p", { role: "alert" }, open ? `${open} questions have no answer. Hand in all the same?` : "Hand in now? Answers stay as they are."),
            button("submit", "Hand in now", () => this.tell({ do: "submit" }), { class: "rc-main" }),
            button("next", "Not yet", () => this.tell({ do: "confirm", yes: false })),
          ]
        : [
            !last && button("next", "Next question", () => this.go(question.place + 1), { class: "rc-main" }),
            button("hand-in", "Hand in", () => this.tell({ do: "confirm", yes: true }), last ? { class: "rc-main" } : {}),
          ]),
      h("span", { class: "rc-saved", role: "status" }, this.model.get("saved") || ""),
    );
  }

  notes() {
    const { question } = this.view;
    return [
      question.remarks.length
        ? section(
            "Your answer, part by part",
            "remarks",
            h(
              "ul",
              { class: "rc-remarks" },
              ...question.remarks.map(({ html, right, why }) =>
                h(
                  "li",
                  { class: right ? "rc-right" : "rc-wrong" },
                  h("span", { class: "rc-mark" }, right ? "✔ Right: " : "✘ Not right: "),
                  h("span", { html }),
                  h("div", { class: "rc-why", html: why }),
                ),
              ),
            ),
          )
        : "",
      question.bestAnswer ? section("The right answer", "answer", h("div", { html: question.bestAnswer })) : "",
      question.hint && !this.settled ? section("Hint", "hint", h("div", { html: question.hint })) : "",
      question.misconception ? section("What lies behind it", "misconception", h("p", { html: question.misconception })) : "",
      question.experiment
        ? section("See for yourself: run this in a cell", "experiment", h("div", { html: question.experiment }))
        : "",
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
                disabled: !["practice", "assessment"].includes(this.view.mode),
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
    this.save(this.view.question.id);
    this.tell({ do: "go", place });
  }

  check() {
    if (this.view.mode === "assessment") this.go(Math.min(this.view.question.place + 1, this.view.question.count - 1));
    else if (this.isNew()) this.tell({ do: "answer", question: this.view.question.id, answer: this.draft });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      // From inside an editor, as it runs a cell; JupyterLab does not see it.
      this.check();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (!this.settled && this.form.key?.(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && target.tagName === "INPUT") {
      this.check();
      event.preventDefault();
    }
    event.stopPropagation();
  }

  close() {
    window.clearTimeout(this.waiting);
    window.clearInterval(this.ticking);
    window.removeEventListener("keydown", this.guard, true);
    this.model.off("change:view", this.changed);
    this.model.off("change:saved", this.told);
    window.clearTimeout(this.saving);
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context */
  render(context) {
    const card = new Card(context);
    return () => card.close();
  },
};
