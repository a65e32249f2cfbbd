// What the kernel sends to a card, and what the parts of a card expect of each other.
import type { AnyModel } from "@anywidget/types";

declare global {
  interface Window {
    /** Typesets the formulas in an element. The panel sets it to JupyterLab's own typesetter. */
    rolecallTypeset?: (element: Element) => void;
  }
}

/** How far the learner is with a question. "solved-unseen": answered, but whether correctly isn't shown yet. */
export type Status = "open" | "wrong" | "solved" | "revealed" | "solved-unseen";

export type Mode = "practice" | "test" | "challenge" | "recall" | "assessment" | "task";

export interface Remark {
  html: string;
  right: boolean;
  why: string;
}

/** A question as the kernel shows it. Fields that would reveal the answer are empty until they are due. */
export interface Question {
  id: string;
  kind: string;
  place: number;
  count: number;
  difficulty: string;
  skill: string;
  prompt: string;
  rule: string;
  /** What the question's kind shows; its type is in the kind's module. */
  content: unknown;
  /** The learner's last answer; its type is in the kind's module. */
  given: unknown;
  status: Status;
  verdict: string;
  /** Whether the last answer is right, partly right, or wrong; empty before it. */
  state: "" | "right" | "part" | "wrong";
  remarks: Remark[];
  bestAnswer: string;
  hint: string;
  misconception: string;
  experiment: string;
  mistakes: string[];
  solution: string[];
  quickCheck: string;
  references: string[];
}

export interface Review {
  mark: string;
  verdict: string;
  prompt: string;
  given: string;
  whys: string[];
  best: string;
  solution: string[];
}

/** How a class answered a question whose answer was revealed. */
export interface ClassResult {
  answered: number;
  right: number;
  answers: { html: string; count: number; right: boolean }[];
}

export interface Result {
  sign: string;
  verdict: string;
  summary: string;
  skills: { skill: string; verdict: string; right: number; answered: number }[];
  /** How certain the verdict is; shown on demand. */
  certainty?: string;
  next: string;
  review: Review[];
  /** The label of the button that starts again; empty for none. */
  restart?: string;
  /** The label of the button that asks whether the marks are there; empty for none. */
  refresh?: string;
  receipt?: string;
}

export interface Flash {
  /** The flash card's name; empty if none is due. */
  card: string;
  front: string;
  back: string;
  /** How many cards are due. */
  left: number;
  answers: { recalled: number; word: string; again: string }[];
  /** How long it is until the next card is due. */
  wait?: string;
}

/** A row of a task's checklist: what should work, or should be denied. */
export interface Goal {
  place: number;
  html: string;
  state: "open" | "right" | "wrong";
  note: string;
}

/** A hands-on task; `presentation/task.py` describes the fields. */
export interface TaskContent {
  difficulty: string;
  goal: string;
  actor: string;
  mayChange: string;
  goals: [string, Goal[]][];
  verdict: { state?: "open" | "right" | "part" | "wrong"; title?: string; html?: string };
  hint: string;
  notes: { title: string; html: string }[];
  next: { href?: string; title?: string };
}

/** Everything that a card shows. Exactly one of question, start, note, result, flash, and task is there. */
export interface View {
  mode: Mode;
  title: string;
  problem: string;
  /** Grows with every view, so that the card sees that the kernel answered. */
  serial: number;
  statuses: Status[];
  summary?: string;
  finished?: boolean;
  confirming?: boolean;
  secondsLeft?: number;
  question?: Question;
  start?: string;
  note?: string;
  result?: Result;
  flash?: Flash;
  task?: TaskContent;
  classResult?: ClassResult;
  /** The notebook that follows this one. */
  next?: { href?: string; title?: string };
}

export type QuestionView = View & { question: Question };

/** The traits that a card shares with the kernel. */
export interface CardState {
  view: View;
  saved?: string;
}

export type CardModel = AnyModel<CardState>;

/** What the learner did, as the kernel reads it. */
export type Message =
  | { do: "start" | "restart" | "submit" | "refresh" | "editor" }
  | { do: "hint" | "reveal" | "timeout"; question: string }
  | { do: "answer" | "save"; question: string; answer: unknown }
  | { do: "go"; place: number }
  | { do: "confirm"; yes: boolean }
  | { do: "turn"; card: string }
  | { do: "task-check" | "task-hint" | "task-denial" | "task-reset" | "task-solution" }
  | { do: "task-why"; place: number }
  | { do: "recalled"; card: string; recalled: number };

/** What the form of a kind may know and do of its card. */
export interface FormContext<Content, Answer> {
  /** Begins the id of every element in the form, so that ids are unique in the notebook. */
  readonly prefix: string;
  readonly questionId: string;
  readonly content: Content;
  /** Whether the question is solved or its solution is shown, so that the answer can't change any more. */
  readonly locked: boolean;
  /** The answer in the form: the draft, or else the last answer; null for none. */
  readonly answer: Answer | null;
  /** Keep a draft of the answer. */
  keep(answer: Answer): void;
  /** Move the focus to the element with this data-key. */
  focus(key: string): void;
  /** Let a screen reader say this. */
  announce(text: string): void;
  loadEditor(): Promise<typeof import("../editor/editor.js")>;
}

/** The form of a question: one for each kind. */
export interface Form {
  element: HTMLElement;
  /** Whether the form holds a complete answer. */
  isComplete(): boolean;
  /** What is missing before the answer can be checked, such as "Choose an option"; a form that can't be checked has none. */
  missing?: string;
  /** The answer of a form that the learner hasn't touched, if that is an answer. */
  initialAnswer?: unknown;
  /** Handle a key that was pressed anywhere in the card; return whether it meant something. */
  onKey?(event: KeyboardEvent): boolean;
}

export type CreateForm<Content, Answer> = (context: FormContext<Content, Answer>) => Form;
