// The card in a notebook. It shows the view that the kernel sends, and sends the kernel what the learner does.
// The kernel sends the correct answer only when it is due.
import { button, present } from "../dom.js";
import { h } from "./html.js";
import { isLocked } from "./actions.js";
import { Clock } from "./clock.js";
import { Drafts } from "./drafts.js";
import { flashParts } from "./flash.js";
import { createForm } from "./kinds/index.js";
import { loadEditor } from "./load-editor.js";
import { newsOf } from "./news.js";
import { buttons, classPart, foot, heading, notes, prompt, verdict } from "./question.js";
import { resultParts } from "./result.js";
import { difficultyChip, taskParts } from "./task.js";

/** @import { RenderProps } from "@anywidget/types" */
/** @import { CardState, Form, FormContext, Message, QuestionView, View } from "./types.js" */

/** How long the kernel may take to answer before the learner is asked to look at it, in milliseconds. */
const KERNEL_TIMEOUT = 6000;
/** How long the learner has to pause before a draft of an assessment is saved, in milliseconds. */
const SAVE_DELAY = 500;
const KERNEL_SILENCE =
  "The kernel doesn't respond. If it is busy, wait. If it was restarted, run this cell again; " +
  "your earlier answers are saved.";

let cards = 0;

export class Card {
  #prefix = `rolecall-${(cards += 1)}`;
  #drafts = new Drafts();
  #clock = new Clock();
  /** @type {Form | undefined} */
  #form;
  /** The id of the question on the screen. @type {string | undefined} */
  #shown;
  /** Whether the learner did something that the kernel has not answered yet. */
  #asked = false;
  /** The view that was announced last. @type {View} */
  #heard;
  /** @type {number | undefined} */
  #kernelTimer;
  /** @type {number | undefined} */
  #saveTimer;

  /**
   * @param {Pick<RenderProps<CardState>, "model" | "el">} context
   * @param {string} silence what the card says if it gets no answer
   */
  constructor({ model, el }, silence = KERNEL_SILENCE) {
    this.model = model;
    this.#heard = model.get("view");
    this.silenceText = silence;
    this.body = h("div");
    this.spoken = h("div", { class: "rc-spoken", "aria-live": "polite", role: "status" });
    this.silence = h("p", { class: "rc-problem", role: "alert", hidden: true });
    this.root = h(
      "section",
      { class: "rolecall-kit rc-card rolecall-card", dir: "auto", on: { keydown: (event) => this.#onKey(event) } },
      this.body,
      this.silence,
      this.spoken,
    );
    el.append(this.root);
    // JupyterLab listens on the document in the capturing phase; only the window comes before it.
    window.addEventListener("keydown", this.#suppressShortcuts, true);
    model.on("change:view", this.#onView);
    model.on("change:saved", this.#onSaved);
    this.#draw();
  }

  close() {
    window.clearTimeout(this.#kernelTimer);
    window.clearTimeout(this.#saveTimer);
    this.#clock.stop();
    window.removeEventListener("keydown", this.#suppressShortcuts, true);
    this.model.off("change:view", this.#onView);
    this.model.off("change:saved", this.#onSaved);
  }

  /** @returns {View} */
  get view() {
    return this.model.get("view");
  }

  /** The view, where the card shows a question. @returns {QuestionView | undefined} */
  get #questionView() {
    const { view } = this;
    return view.question && { ...view, question: view.question };
  }

  /** @param {Message} message */
  #send(message) {
    this.#save();
    this.#asked = true;
    if (message.do === "restart") this.#drafts.clear();
    window.clearTimeout(this.#kernelTimer);
    this.#kernelTimer = window.setTimeout(() => this.#showSilence(), KERNEL_TIMEOUT);
    try {
      this.model.send(message);
    } catch {
      // The connection to the kernel is closed, so no answer will come.
      this.#showSilence();
    }
  }

  #showSilence() {
    this.silence.hidden = false;
    this.silence.textContent = this.silenceText;
  }

  // JupyterLab's plain keys (A inserts a cell, D D deletes one) must not act while a learner answers; Ctrl+S must.
  #suppressShortcuts = (/** @type {KeyboardEvent} */ event) => {
    const plain = !(event.altKey || event.ctrlKey || event.metaKey);
    this.root.toggleAttribute("data-lm-suppress-shortcuts", plain);
  };

  #onView = () => {
    window.clearTimeout(this.#kernelTimer);
    this.silence.hidden = true;
    const before = this.#shown;
    // The instructor of a workshop changes a card too, and must not move the focus of a learner who types elsewhere.
    const byLearner = this.#asked || this.root.contains(document.activeElement);
    this.#asked = false;
    this.#draw();
    const { question, problem, summary, task } = this.view;
    const news = newsOf(this.#heard, this.view);
    this.#heard = this.view;
    if (task || (question && before === question.id)) {
      this.#announce(news);
    } else if (byLearner) {
      // The focus moves to what is new, which a screen reader then reads.
      this.#announce(problem);
      this.#focus("prompt");
    } else {
      this.#announce(question ? (summary ?? "") : news);
    }
  };

  #onSaved = () => {
    const place = this.body.querySelector(".rc-saved");
    if (place) place.textContent = this.model.get("saved") ?? "";
  };

  #draw() {
    this.#clock.stop();
    const view = this.#questionView;
    if (view) this.#drawQuestion(view);
    else this.#drawOther();
    // Only formulas are typeset, because two prices in a text would look like one. Without the panel, as in VS Code,
    // a formula stays LaTeX.
    for (const formula of this.body.querySelectorAll(".rc-math")) window.rolecallTypeset?.(formula);
  }

  /** @param {QuestionView} view */
  #drawQuestion(view) {
    const { question, title } = view;
    this.#drafts.update(question);
    this.#shown = question.id;
    const form = createForm(question.kind, this.#formContext(view));
    this.#form = form;
    if (form.initialAnswer !== undefined && this.#answer(view) === null) {
      this.#drafts.keep(question.id, form.initialAnswer);
    }
    const focused = this.#focusedKey();
    this.root.setAttribute("aria-label", `${title}, question ${question.place + 1} of ${question.count}`);
    this.body.replaceChildren(
      ...present([
        heading(view),
        this.#drawClock(view),
        prompt(question),
        form.element,
        question.rule && !isLocked(question) && h("p", { class: "rc-rule" }, question.rule),
        verdict(view),
        classPart(view),
        buttons(
          view,
          { check: () => this.#check(), send: (message) => this.#send(message) },
          this.model.get("saved") ?? "",
        ),
        ...notes(question),
        foot(view, (place) => this.#send({ do: "go", place })),
      ]),
    );
    this.#updateCheckButton();
    if (focused) this.#focus(focused);
  }

  /** Draw a start, a note, a result, or a flash card. */
  #drawOther() {
    const { title, problem, task } = this.view;
    const focused = this.#focusedKey();
    this.#shown = undefined;
    this.#form = undefined;
    this.root.setAttribute("aria-label", title);
    this.body.replaceChildren(
      ...present([
        h("header", { class: "rc-head" }, h("h3", {}, title), task && difficultyChip(task.difficulty)),
        this.#drawClock(this.view),
        ...this.#otherParts(this.view),
        problem && h("p", { class: "rc-problem" }, problem),
      ]),
    );
    if (task && focused) this.#focus(focused);
  }

  /** The data-key of the element of this card that has the focus. */
  #focusedKey() {
    const active = document.activeElement;
    return active instanceof HTMLElement && this.root.contains(active) ? active.dataset.key : undefined;
  }

  /** @param {View} view @returns {(Node | string)[]} */
  #otherParts({ start, note, result, flash, task }) {
    const text = (/** @type {string} */ words) =>
      h("p", { class: "rc-prompt", tabindex: "-1", "data-key": "prompt" }, words);
    const send = (/** @type {Message} */ message) => this.#send(message);
    if (start) return [text(start), button("next", "Start", () => send({ do: "start" }), { class: "rc-main" })];
    if (note) return [text(note)];
    if (task) return taskParts(task, send);
    if (result) return resultParts(result, send);
    return flash ? flashParts(flash, send) : [];
  }

  /** @param {View} view */
  #drawClock({ secondsLeft, question }) {
    if (secondsLeft == null) return null;
    return this.#clock.start(secondsLeft, {
      announce: (text) => this.#announce(text),
      onTimeout: () => question && this.#send({ do: "timeout", question: question.id }),
    });
  }

  /** @param {QuestionView} view @returns {FormContext<unknown, unknown>} */
  #formContext(view) {
    const { question } = view;
    const answer = () => this.#answer(view);
    return {
      prefix: this.#prefix,
      questionId: question.id,
      content: question.content,
      locked: isLocked(question),
      get answer() {
        return answer();
      },
      keep: (draft) => this.#keep(question.id, draft),
      focus: (key) => this.#focus(key),
      announce: (text) => this.#announce(text),
      loadEditor: () => loadEditor(this.model),
    };
  }

  /** @param {QuestionView} view @returns {unknown} */
  #answer({ question }) {
    return this.#drafts.answer(question) ?? null;
  }

  /** @param {string} text */
  #announce(text) {
    this.spoken.textContent = text;
  }

  /** Move the focus, or, where that element is gone, to the next thing to do. @param {string} key */
  #focus(key) {
    /** @type {NodeListOf<HTMLElement>} */
    const found = this.body.querySelectorAll("[data-key]:not([disabled])");
    const targets = [...found];
    for (const candidate of [key, "next", "restart", "prompt"]) {
      const target = targets.find(({ dataset }) => dataset.key === candidate);
      if (target) return target.focus({ preventScroll: true });
    }
  }

  /** @param {string} id @param {unknown} draft */
  #keep(id, draft) {
    this.#drafts.keep(id, draft);
    this.#updateCheckButton();
    if (this.view.mode !== "assessment") return;
    window.clearTimeout(this.#saveTimer);
    this.#saveTimer = window.setTimeout(() => this.#save(), SAVE_DELAY);
  }

  /** Save the draft of an assessment's question if it is complete. The kernel reports the result in `saved`. */
  #save() {
    window.clearTimeout(this.#saveTimer);
    const view = this.#questionView;
    if (view?.mode !== "assessment" || !this.#drafts.has(view.question.id) || !this.#form?.isComplete()) return;
    this.model.send({ do: "save", question: view.question.id, answer: this.#answer(view) });
  }

  /** Mark the button as unavailable where there is nothing to check. It can be focused, and says what is missing. */
  #updateCheckButton() {
    const check = this.body.querySelector('[data-key="check"]');
    const reason = this.body.querySelector(".rc-missing");
    if (!check || !reason) return;
    const missing = this.#missing();
    check.setAttribute("aria-disabled", String(missing !== ""));
    reason.textContent = missing;
  }

  /** Why the answer can't be checked now; empty if it can. */
  #missing() {
    const question = this.view.question;
    if (!question || isLocked(question) || this.#canCheck()) return "";
    if (!this.#form?.isComplete()) return this.#form?.missing ?? "Answer the question first.";
    // A form can be complete from the start: the editor shows the policy that the question starts with.
    if (question.given == null) return this.#form.missing ?? "Answer the question first.";
    return "You checked this answer already. Change it to try again.";
  }

  /** Whether the form holds a complete answer that differs from the last one. */
  #canCheck() {
    const question = this.view.question;
    return Boolean(question && !isLocked(question) && this.#form?.isComplete() && this.#drafts.differs(question));
  }

  /** Send the answer in the form; in an assessment, where answers are saved anyway, go to the next question. */
  #check() {
    const view = this.#questionView;
    if (!view) return;
    const { id, place, count } = view.question;
    if (view.mode === "assessment") this.#send({ do: "go", place: Math.min(place + 1, count - 1) });
    else if (this.#canCheck()) this.#send({ do: "answer", question: id, answer: this.#answer(view) });
    else this.#announce(this.#missing());
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      // JupyterLab would run the cell; in a card, and in its editor, Ctrl+Enter checks the answer.
      this.#check();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { question } = this.view;
    if (question && !isLocked(question) && this.#form?.onKey?.(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      this.#check();
      event.preventDefault();
    }
    event.stopPropagation();
  }
}

export default {
  /** @param {RenderProps<CardState>} context */
  render(context) {
    const card = new Card(context);
    return () => card.close();
  },
};
