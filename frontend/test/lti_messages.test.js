import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf, getData, putData } from "../src/workshop/lti_messages.js";

const ORIGIN = "https://lms.example.edu";
const late = () => assert.fail("the platform was not late");
const listeners = new EventTarget();
globalThis.addEventListener = listeners.addEventListener.bind(listeners);
globalThis.removeEventListener = listeners.removeEventListener.bind(listeners);

/**
 * A platform's frame that answers each message.
 * @param {(message: any) => any} answer
 */
function platform(answer, from = ORIGIN) {
  /** @type {any[]} */
  const sent = [];
  const frame = {
    /** @param {any} message @param {string} origin */
    postMessage(message, origin) {
      sent.push(origin);
      const data = { message_id: message.message_id, subject: `${message.subject}.response`, ...answer(message) };
      listeners.dispatchEvent(Object.assign(new Event("message"), { data, origin: from }));
    },
  };
  return { frame: /** @type {Window} */ (/** @type {unknown} */ (frame)), sent };
}

test("what the platform kept comes back, and only the platform is asked", async () => {
  /** @type {Record<string, string>} */
  const kept = {};
  const { frame, sent } = platform(({ subject, key, value }) => {
    if (subject === "lti.put_data") kept[key] = value;
    return { key, value: kept[key] };
  });

  assert.equal(await putData(frame, ORIGIN, "k", "proof"), true);
  assert.equal(await getData(frame, ORIGIN, "k", late), "proof");
  assert.deepEqual(sent, [ORIGIN, ORIGIN]);
});

test("an error of the platform is no proof", async () => {
  const { frame } = platform(() => ({ error: { code: "storage_exhaustion" }, value: "x" }));

  assert.equal(await getData(frame, ORIGIN, "k", late), "");
});

test("an answer from another site is not believed", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { frame } = platform(() => ({ value: "guessed" }), "https://evil.example");

  const isLate = new Promise((resolve) => {
    getData(frame, ORIGIN, "k", () => resolve("late")).then(resolve);
  });
  context.mock.timers.tick(10_000);

  assert.equal(await isLate, "late");
});

test("an answer that comes late still counts", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {() => void} */
  let answer = () => {};
  const busy = {
    /** @param {any} message */
    postMessage({ message_id }) {
      const data = { message_id, subject: "lti.get_data.response", value: "proof" };
      answer = () => void listeners.dispatchEvent(Object.assign(new Event("message"), { data, origin: ORIGIN }));
    },
  };
  let offers = 0;

  const kept = getData(/** @type {Window} */ (/** @type {unknown} */ (busy)), ORIGIN, "k", () => offers++);
  context.mock.timers.tick(10_000);
  answer();

  assert.equal(await kept, "proof");
  assert.equal(offers, 1);
});

test("a page in no frame has no platform around it", () => {
  assert.equal(frameOf("_parent"), null);
});
