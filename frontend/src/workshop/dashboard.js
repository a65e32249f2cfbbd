// The instructor's dashboard: draw what the service sends, whenever it changes.
import { h } from "../dom.js";
import { gradingText, personRow, questionPart, timeLeft } from "./room.js";

/** @import { Room, Titles } from "./room.js" */

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const { formToken, base, titles: texts } = /** @type {{ formToken: string, base: string, titles: string }} */ (
  byId("dashboard").dataset
);
/** @type {Titles} */
const titles = JSON.parse(texts);

/** @param {string} path @param {FormData} data */
async function post(path, data) {
  const response = await fetch(`${base}/${path}`, {
    method: "POST",
    body: data,
    headers: { "X-Form-Token": formToken },
  });
  byId("state").textContent = response.ok ? "Done" : `Not done: ${await response.text()}`;
}

/** @param {string} question */
function reveal(question) {
  const data = new FormData();
  data.set("question", question);
  post("room/reveal", data);
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-post]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const chosen = form.querySelector("select")?.selectedOptions[0];
    if (chosen?.dataset.bank) data.set("bank", chosen.dataset.bank);
    post(form.dataset.post ?? "", data);
  });
}

/** @type {Room | undefined} */
let shown;
/** How far the service's clock is ahead of this one, in milliseconds. */
let ahead = 0;

function tick() {
  byId("timer").textContent = shown ? timeLeft(shown, Date.now() + ahead) : "";
}

/** Draw the answers again; the button that had the focus gets it back. @param {Room["questions"]} questions */
function drawQuestions(questions) {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
  byId("questions").replaceChildren(...questions.map((one) => questionPart(one, reveal, titles)));
  if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
}

/** @param {Room} room */
function draw(room) {
  shown = room;
  ahead = Date.parse(room.now) - Date.now();
  byId("room").textContent = room.room;
  byId("code").textContent = room.code;
  byId("people").replaceChildren(...room.people.map((one) => personRow(one, titles)));
  byId("grading").textContent = gradingText(room.grading);
  byId("nobody").hidden = room.people.length > 0;
  byId("misconceptions").replaceChildren(
    ...room.misconceptions.map(({ name, count }) => h("li", {}, `${titles[name] ?? name} (${count})`)),
  );
  byId("no-misconceptions").hidden = room.misconceptions.length > 0;
  drawQuestions(room.questions);
  for (const { assessment, begun, submitted } of room.attempts) {
    const place = document.querySelector(`[data-attempts="${CSS.escape(assessment)}"]`);
    if (place) place.textContent = `(${submitted} of ${begun} handed in)`;
  }
  tick();
}

const stream = new EventSource(`${base}/live`);
stream.addEventListener("open", () => (byId("state").textContent = "Live"));
stream.addEventListener("error", () => (byId("state").textContent = "Connecting again…"));
stream.addEventListener("message", (event) => draw(JSON.parse(event.data)));
setInterval(tick, 1000);
