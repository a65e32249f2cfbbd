// The answers that a learner put into a form and did not send yet.

/** @import { Question } from "./types.js" */

/** @param {unknown} one @param {unknown} other */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Drafts by question, so that a learner can look at another question, or at a hint, and find the draft again. */
export class Drafts {
  /** @type {Map<string, unknown>} */
  #answers = new Map();
  /** @type {Map<string, unknown>} */
  #given = new Map();

  /**
   * Drop the draft of a question once the kernel took an answer to it, so that the form shows that answer.
   *
   * @param {Pick<Question, "id" | "given">} question
   */
  update({ id, given }) {
    if (this.#given.has(id) && !same(this.#given.get(id), given)) this.#answers.delete(id);
    this.#given.set(id, given);
  }

  /** @param {string} id */
  has(id) {
    return this.#answers.has(id);
  }

  /** @param {string} id @param {unknown} answer */
  keep(id, answer) {
    this.#answers.set(id, answer);
  }

  /**
   * The draft, or else the last answer; null for none.
   *
   * @param {Pick<Question, "id" | "given">} question
   */
  answer({ id, given }) {
    return this.#answers.has(id) ? this.#answers.get(id) : given;
  }

  /**
   * Whether the draft differs from the last answer.
   *
   * @param {Pick<Question, "id" | "given">} question
   */
  differs(question) {
    return !same(this.answer(question), question.given);
  }

  clear() {
    this.#answers.clear();
    this.#given.clear();
  }
}
