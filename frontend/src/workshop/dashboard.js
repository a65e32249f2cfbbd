// The instructor's dashboard: draw what the service sends, whenever it changes.
import { h } from "../dom.js";
import { gradingText, personRow, questionPart, timeLeft } from "./room.js";

/** @import { Room } from "./room.js" */

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const { formToken, base } = /** @type {{ formToken: string, base: string }} */ (byId("dashboard").dataset);

/** @param {string} path @param {FormData} data */
async function post(path, data) {
  const response = await fetch(`${base}/${path}`, {
    method: "POST",
    body: data,
    headers: { "X-Form-Token": formToken },
  });
  byId("state").textContent = response.ok ? "done" : `not done: ${await response.text()}`;
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

/** @param {Room} room */
function draw(room) {
  shown = room;
  ahead = Date.parse(room.now) - Date.now();
  byId("room").textContent = room.room;
  byId("code").textContent = room.code;
  byId("people").replaceChildren(...room.people.map(personRow));
  byId("grading").textContent = gradingText(room.grading);
  byId("nobody").hidden = room.people.length > 0;
  byId("misconceptions").replaceChildren(
    ...room.misconceptions.map(({ name, count }) => h("li", {}, `${name}: ${count}`)),
  );
  byId("questions").replaceChildren(...room.questions.map((one) => questionPart(one, reveal)));
  for (const { assessment, begun, submitted } of room.attempts) {
    const place = document.querySelector(`[data-attempts="${CSS.escape(assessment)}"]`);
    if (place) place.textContent = `(${submitted} of ${begun} handed in)`;
  }
  tick();
}

const stream = new EventSource(`${base}/live`);
stream.addEventListener("open", () => (byId("state").textContent = "live"));
stream.addEventListener("error", () => (byId("state").textContent = "connecting again…"));
stream.addEventListener("message", (event) => draw(JSON.parse(event.data)));
setInterval(tick, 1000);
