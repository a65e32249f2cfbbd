// Views as the kernel sends them.

/** @import { Question, QuestionView } from "../src/card/types.js" */

/** @param {Partial<Question>} [fields] @returns {Question} */
export function question(fields) {
  return {
    id: "which",
    kind: "choice",
    place: 0,
    count: 2,
    difficulty: "easy",
    skill: "Trust policies",
    prompt: "<p>Which one?</p>",
    rule: "",
    content: { options: ["A user", "A role", "A key"].map((html) => ({ html, mark: "", why: "" })) },
    given: null,
    status: "open",
    verdict: "",
    state: "",
    remarks: [],
    bestAnswer: "",
    hint: "",
    misconception: "",
    experiment: "",
    mistakes: [],
    solution: [],
    quickCheck: "",
    references: [],
    ...fields,
  };
}

/** @param {Partial<QuestionView>} [fields] @returns {QuestionView} */
export function view(fields) {
  return {
    mode: "practice",
    title: "Roles",
    problem: "",
    serial: 1,
    statuses: ["open", "open"],
    finished: false,
    summary: "",
    question: question(),
    ...fields,
  };
}
