// Take an assessment in the page that a learning platform's link opens, without a notebook.
import { Card } from "../card/card.js";
import { AttemptModel } from "./attempt.js";
import { connect } from "./service.js";

const place = /** @type {HTMLElement} */ (document.querySelector("#assessment"));
const { base = "", token = "", name = "" } = place.dataset;
const SILENCE = "The workshop's service doesn't respond. Keep this page open; your answers are sent when it does.";

// The page's policy allows only scripts of this service, so the card can't import the editor from a text.
Object.defineProperty(globalThis, "rolecallEditor", { get: () => import(`${base}/static/editor.js`) });

try {
  const model = await AttemptModel.open(connect(base, token), name);
  new Card({ model: /** @type {any} */ (model), el: place }, SILENCE);
  window.addEventListener("beforeunload", (event) => model.isSaving && event.preventDefault());
} catch (error) {
  const problem = /** @type {HTMLElement} */ (document.querySelector("#problem"));
  problem.textContent = /** @type {Error} */ (error).message;
  problem.hidden = false;
}
