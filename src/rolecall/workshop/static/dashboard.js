// The dashboard: draws what the service sends, whenever it changes. Every text is set as text, never as HTML.

const root = /** @type {HTMLElement} */ (document.querySelector("#dashboard"));
const { formToken, base } = /** @type {{formToken: string, base: string}} */ (root.dataset);

/**
 * @param {string} tag @param {Record<string, string | boolean>} attributes
 * @param {...(Node | string)} children @returns {HTMLElement}
 */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** @param {string} id @returns {HTMLElement} */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} path @param {FormData} data */
async function post(path, data) {
  const answer = await fetch(`${base}/${path}`, { method: "POST", body: data, headers: { "X-Form-Token": formToken } });
  at("state").textContent = answer.ok ? "done" : `not done: ${await answer.text()}`;
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-post]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const chosen = /** @type {HTMLSelectElement | null} */ (form.querySelector("select"))?.selectedOptions[0];
    if (chosen?.dataset.bank) data.set("bank", chosen.dataset.bank);
    post(/** @type {string} */ (form.dataset.post), data);
  });
}

/** @param {any} one */
function personRow(one) {
  const state = one.stuck ? "⚠ stuck" : one.away ? "○ away" : "● here";
  return h(
    "tr",
    { class: one.stuck ? "stuck" : "" },
    h("th", { scope: "row" }, one.name),
    ...[one.lesson, one.mode, one.question, `${one.right} of ${one.answered}`, state].map((text) => h("td", {}, text)),
  );
}

/** @param {any} one */
function questionPart(one) {
  const most = Math.max(1, ...one.answers.map((/** @type {any} */ each) => each.count));
  const reveal = h("button", { type: "button" }, "Reveal");
  reveal.addEventListener("click", () => {
    const data = new FormData();
    data.set("question", one.question);
    post("room/reveal", data);
  });
  return h(
    "article",
    {},
    h("h3", {}, `${one.question} `, one.revealed ? `${one.right} of ${one.answered} right` : `${one.answered} answered`),
    h(
      "ul",
      { class: "bars" },
      ...one.answers.map((/** @type {any} */ each) => {
        const bar = h("meter", { min: "0", max: String(most), value: String(each.count), "aria-hidden": "true" });
        const mark = each.right === null ? "" : each.right ? "✔ " : "✘ ";
        return h("li", {}, bar, ` ${mark}${each.count} × ${each.answer}`);
      }),
    ),
    one.revealed ? "" : reveal,
  );
}

/** @type {any} */
let last;
let ahead = 0;

function tick() {
  if (!last?.timer_until) {
    at("timer").textContent = "";
    return;
  }
  const left = Math.max(0, Math.round((Date.parse(last.timer_until) - Date.now() - ahead) / 1000));
  at("timer").textContent = left ? `⏱ ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "⏱ time is up";
}

/** @param {any} grading @returns {string} */
function gradingText(grading) {
  if (!grading.works) return `⚠ Grading has stopped (${grading.working} of ${grading.workers} workers). Restart the service.`;
  const waiting = grading.waiting ? `${grading.waiting} to grade` : "";
  const failed = grading.failed ? `⚠ ${grading.failed} could not be graded` : "";
  return [waiting, failed].filter(Boolean).join(", ");
}

/** @param {any} seen */
function draw(seen) {
  last = seen;
  ahead = Date.parse(seen.now) - Date.now();
  at("room").textContent = seen.room;
  at("code").textContent = seen.code;
  at("people").replaceChildren(...seen.people.map(personRow));
  at("grading").textContent = gradingText(seen.grading);
  at("nobody").hidden = seen.people.length > 0;
  at("misconceptions").replaceChildren(
    ...seen.misconceptions.map((/** @type {any} */ one) => h("li", {}, `${one.name}: ${one.count}`)),
  );
  at("questions").replaceChildren(...seen.questions.map(questionPart));
  for (const one of seen.attempts) {
    const place = document.querySelector(`[data-attempts="${CSS.escape(one.assessment)}"]`);
    if (place) place.textContent = `(${one.submitted} of ${one.begun} handed in)`;
  }
  tick();
}

const stream = new EventSource(`${base}/live`);
stream.addEventListener("open", () => (at("state").textContent = "live"));
stream.addEventListener("error", () => (at("state").textContent = "connecting again…"));
stream.addEventListener("message", (event) => draw(JSON.parse(event.data)));
setInterval(tick, 1000);
