// An attempt at an assessment in a web page: the card's model here, as AssessmentCard (widgets/_assessment.py) is in a
// notebook. The service has the answer key, and saves each answer immediately.
import { NoAnswerYet } from "./service.js";

/** @import { Message, Question, Result, View } from "../card/types.js" */
/** @import { Ask } from "./service.js" */

/**
 * What a learner should know before an attempt starts.
 * @typedef {{ title: string, minutes: number, questions: number, attempts: number, used: number, attempt: string | null }} Before
 */
/**
 * @typedef {object} Sent an attempt as the service sends it
 * @property {string} attempt
 * @property {string} title
 * @property {string} now
 * @property {string} deadline
 * @property {string | null} submitted
 * @property {string} receipt
 * @property {{ view: Question, serial: number }[]} paper empty once the attempt is over
 * @property {{ waits_for?: string, score?: number, of?: number, notes?: string[], review?: Result["review"] }} feedback
 */

/** How long to wait before a request is sent again, in milliseconds; the pause doubles each time. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;
/** How long to wait for answers that are being saved before an attempt is handed in, in milliseconds. */
const SAVE_TIMEOUT = 10_000;

const pause = (/** @type {number} */ time) => new Promise((resolve) => window.setTimeout(resolve, time));

export class AttemptModel {
  #ask;
  #name;
  #before;
  /** @type {Sent | undefined} */
  #sent;
  /** The answers by place. @type {Map<number, { given: unknown, serial: number }>} */
  #answers = new Map();
  /** The places of the answers that the service doesn't have yet. @type {Set<number>} */
  #unsent = new Set();
  /** Why the service refused the newest answer, by place. @type {Map<number, string>} */
  #refused = new Map();
  /** @type {Promise<void> | undefined} */
  #sending;
  /** What the learner did last; one action comes after the other. */
  #acting = Promise.resolve();
  #endsAt = 0;
  #position = 0;
  #confirming = false;
  #serial = 0;
  /** @type {{ view: View, saved: string }} */
  #state;
  /** @type {Map<string, Set<() => void>>} */
  #listeners = new Map();

  /**
   * Show an assessment, with the attempt in progress if there is one.
   *
   * @param {Ask} ask
   * @param {string} name
   */
  static async open(ask, name) {
    /** @type {Before} */
    const before = await ask("GET", `/api/assessments/${name}`);
    const sent = before.attempt === null ? undefined : await ask("GET", `/api/attempts/${before.attempt}`);
    return new AttemptModel(ask, name, before, sent);
  }

  /** @param {Ask} ask @param {string} name @param {Before} before @param {Sent} [sent] */
  constructor(ask, name, before, sent) {
    this.#ask = ask;
    this.#name = name;
    this.#before = before;
    if (sent) this.#load(sent);
    this.#state = { view: this.#view(""), saved: "" };
  }

  /** Whether the service doesn't have an answer yet. */
  get isSaving() {
    return this.#sending !== undefined;
  }

  /** @template {"view" | "saved"} Name @param {Name} name */
  get(name) {
    return this.#state[name];
  }

  /** @param {string} event @param {() => void} listener */
  on(event, listener) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  /** @param {string} event @param {() => void} listener */
  off(event, listener) {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Do what the learner did in the card. @param {Message} message */
  send(message) {
    if (message.do === "save") this.#save(message.question, message.answer);
    else this.#acting = this.#acting.then(() => this.#act(message));
  }

  /** @template {"view" | "saved"} Name @param {Name} name @param {{ view: View, saved: string }[Name]} value */
  #set(name, value) {
    this.#state[name] = value;
    for (const listener of [...(this.#listeners.get(`change:${name}`) ?? [])]) listener();
  }

  /** @param {Message} message */
  async #act(message) {
    let problem = "";
    try {
      await this.#handle(message);
    } catch (error) {
      problem = /** @type {Error} */ (error).message;
      // A card whose time is over hands in again when it is drawn.
      if (message.do === "timeout") await pause(LONGEST_PAUSE);
    }
    this.#set("view", this.#view(problem));
  }

  /** @param {Message} message */
  async #handle(message) {
    if (message.do === "start") {
      this.#load(await this.#ask("POST", `/api/assessments/${this.#name}`));
      return;
    }
    if (!this.#sent) return;
    const address = `/api/attempts/${this.#sent.attempt}`;
    switch (message.do) {
      case "go":
        this.#position = Math.min(message.place, this.#sent.paper.length - 1);
        this.#confirming = false;
        break;
      case "confirm":
        this.#confirming = message.yes;
        break;
      case "submit":
      case "timeout":
        this.#confirming = false;
        await Promise.race([this.#sending, pause(SAVE_TIMEOUT)]);
        if (this.isSaving) throw new Error("Not handed in: an answer is still being saved. Try again in a moment.");
        this.#load(await this.#ask("POST", `${address}/submit`));
        break;
      case "refresh":
        this.#load(await this.#ask("GET", address));
        break;
    }
  }

  /** @param {Sent} sent */
  #load(sent) {
    this.#sent = sent;
    this.#answers = new Map(
      sent.paper
        .filter(({ view }) => view.given !== null)
        .map(({ view, serial }) => [view.place, { given: view.given, serial }]),
    );
    this.#endsAt = performance.now() + Date.parse(sent.deadline) - Date.parse(sent.now);
  }

  /** @param {string} id @param {unknown} given */
  #save(id, given) {
    const view = this.#sent?.paper.find((one) => one.view.id === id)?.view;
    if (!view) return;
    const { place } = view;
    const known = this.#answers.get(place);
    if (known && JSON.stringify(known.given) === JSON.stringify(given)) return;
    this.#answers.set(place, { given, serial: (known?.serial ?? 0) + 1 });
    this.#unsent.add(place);
    this.#sending ??= this.#sendAnswers();
  }

  async #sendAnswers() {
    let wait = FIRST_PAUSE;
    this.#set("saved", "saving…");
    for (const place of this.#unsent) {
      // The set iterates over what is added meanwhile, too.
      this.#unsent.delete(place);
      try {
        await this.#put(place);
        this.#refused.delete(place);
        wait = FIRST_PAUSE;
      } catch (error) {
        const { message } = /** @type {Error} */ (error);
        if (error instanceof NoAnswerYet) {
          this.#unsent.add(place);
          this.#set("saved", `saving… ${message} Keep this page open; the answer is sent again.`);
          await pause(wait);
          wait = Math.min(2 * wait, LONGEST_PAUSE);
        } else {
          this.#refused.set(place, message.replace(/\.$/, ""));
        }
      }
    }
    this.#sending = undefined;
    const refused = [...this.#refused].map(([place, why]) => `Question ${place + 1} is not saved: ${why}.`);
    this.#set("saved", refused.join(" ") || "All answers are saved.");
  }

  /** @param {number} place */
  async #put(place) {
    const answer = this.#answers.get(place);
    if (!answer || !this.#sent) return;
    const saved = await this.#ask("PUT", `/api/attempts/${this.#sent.attempt}/answers/${place}`, answer);
    if (saved.serial > answer.serial) {
      // The learner answered in another page or notebook meanwhile; what was done last counts.
      const newest = this.#answers.get(place) ?? answer;
      this.#answers.set(place, { given: newest.given, serial: saved.serial + 1 });
      this.#unsent.add(place);
    }
  }

  /** @param {string} problem @returns {View} */
  #view(problem) {
    this.#serial += 1;
    /** @type {View} */
    const common = { mode: "assessment", title: this.#before.title, problem, serial: this.#serial, statuses: [] };
    if (!this.#sent) return { ...common, start: this.#rules() };
    const { paper } = this.#sent;
    const current = paper[this.#position];
    if (!current) return { ...common, result: result(this.#sent) };
    const answered = paper.map(({ view }) => this.#answers.has(view.place) && !this.#refused.has(view.place));
    const { view } = current;
    return {
      ...common,
      question: {
        ...view,
        // The place on the paper counts questions that were withdrawn, which the card doesn't show.
        place: this.#position,
        count: paper.length,
        given: this.#answers.get(view.place)?.given ?? null,
      },
      statuses: answered.map((one) => (one ? "solved-unseen" : "open")),
      finished: false,
      confirming: this.#confirming,
      secondsLeft: Math.max(0, (this.#endsAt - performance.now()) / 1000),
      summary: `${answered.filter(Boolean).length} of ${answered.length} answered.`,
    };
  }

  #rules() {
    const { questions, minutes, used, attempts } = this.#before;
    const attempt = `Attempt ${used + 1} of ${attempts}.`;
    return `${questions} questions, ${minutes} minutes. ${attempt} The time starts when you press Start.`;
  }
}

/** @param {Sent} sent @returns {Result} */
function result({ submitted, receipt, feedback }) {
  const { waits_for: waitsFor, score, of, notes = [], review = [] } = feedback;
  let verdict = "Handed in.";
  if (waitsFor !== undefined) verdict = `Marks wait for ${waitsFor}.`;
  else if (score !== undefined) verdict = `${Number(score.toFixed(2))} of ${of} points.`;
  const summary = submitted ? `Handed in at ${new Date(submitted).toLocaleString()}.` : "The time is over.";
  return {
    sign: "✔",
    verdict,
    summary: [summary, ...notes].join(" "),
    skills: [],
    next: "",
    review,
    refresh: waitsFor !== undefined || !submitted ? "Check for marks" : "",
    receipt,
  };
}
