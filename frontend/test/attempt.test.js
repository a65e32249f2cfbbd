import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { AttemptModel } from "../src/workshop/attempt.js";
import { NoAnswerYet } from "../src/workshop/service.js";
import { question } from "./views.js";

/** @import { TestContext } from "node:test" */

const BEFORE = { title: "Midterm", minutes: 30, questions: 2, attempts: 1, used: 0, attempt: null };
const SENT = {
  attempt: "a1",
  title: "Midterm",
  now: "2026-11-26T12:00:00Z",
  deadline: "2026-11-26T12:30:00Z",
  submitted: null,
  receipt: "",
  paper: [question({ id: "one", place: 0 }), question({ id: "two", place: 2 })].map((view) => ({ view, serial: 0 })),
  feedback: {},
};
const OVER = { ...SENT, paper: [], submitted: "2026-11-26T12:10:00Z", receipt: "r", feedback: { score: 1.5, of: 2 } };

/**
 * An attempt that is started, at a service that answers with these functions.
 *
 * @param {TestContext} context
 * @param {Record<string, (body: any) => any>} answers
 */
async function started(context, answers) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(window, { setTimeout, clearTimeout });
  /** @type {[string, string, unknown][]} */
  const asked = [];
  /** @type {Record<string, (body: any) => any>} */
  const known = { "GET /api/assessments/m": () => BEFORE, "POST /api/assessments/m": () => SENT, ...answers };
  const model = await AttemptModel.open(
    async (method, path, body) => {
      asked.push([method, path, body]);
      return known[`${method} ${path}`]?.(body);
    },
    "m",
  );
  const next = (/** @type {"view" | "saved"} */ name) =>
    new Promise((resolve) => {
      const heard = () => (model.off(`change:${name}`, heard), resolve(model.get(name)));
      model.on(`change:${name}`, heard);
    });
  assert.match(model.get("view").start ?? "", /^2 questions, 30 minutes\. Attempt 1 of 1\./);
  model.send({ do: "start" });
  await next("view");
  return { model, asked, next, passTime: (/** @type {number} */ ms) => context.mock.timers.tick(ms) };
}

test("an answer goes to the place that the service counts, and its result is shown", async (context) => {
  const { model, asked, next } = await started(context, {
    "PUT /api/attempts/a1/answers/2": ({ serial }) => ({ serial }),
  });

  model.send({ do: "go", place: 1 });
  assert.equal((await next("view")).question.id, "two");
  model.send({ do: "save", question: "two", answer: 1 });

  assert.equal(await next("saved"), "All answers are saved.");
  assert.deepEqual(asked.at(-1), ["PUT", "/api/attempts/a1/answers/2", { given: 1, serial: 1 }]);
});

test("an answer is sent again until the service takes it, and only then the attempt is handed in", async (context) => {
  let failures = 2;
  const { model, asked, next, passTime } = await started(context, {
    "PUT /api/attempts/a1/answers/0": ({ serial }) => {
      if ((failures -= 1) >= 0) throw new NoAnswerYet("The service is away.");
      return { serial };
    },
    "POST /api/attempts/a1/submit": () => OVER,
  });

  model.send({ do: "save", question: "one", answer: 2 });
  model.send({ do: "submit" });
  assert.match(await next("saved"), /^saving… The service is away\./);
  passTime(500);
  await next("saved");
  passTime(1000);
  assert.equal(await next("saved"), "All answers are saved.");

  const { result } = await next("view");
  assert.deepEqual([result.verdict, result.receipt], ["1.5 of 2 points.", "r"]);
  assert.deepEqual(
    asked.map(([method]) => method),
    ["GET", "POST", "PUT", "PUT", "PUT", "POST"],
  );
});

test("an answer that the service refuses is named, and isn't counted", async (context) => {
  const { model, next } = await started(context, {
    "PUT /api/attempts/a1/answers/0": () => {
      throw new Error("the answer is too long.");
    },
  });

  model.send({ do: "save", question: "one", answer: 2 });

  assert.equal(await next("saved"), "Question 1 is not saved: the answer is too long.");
  model.send({ do: "go", place: 0 });
  assert.equal((await next("view")).summary, "0 of 2 answered.");
});

test("what the learner did last counts, also if a notebook answered meanwhile", async (context) => {
  const { model, asked, next } = await started(context, {
    "PUT /api/attempts/a1/answers/0": ({ serial }) => ({ serial: Math.max(serial, 7) }),
  });

  model.send({ do: "save", question: "one", answer: 2 });

  assert.equal(await next("saved"), "All answers are saved.");
  assert.deepEqual(asked.at(-1)?.[2], { given: 2, serial: 8 });
});
