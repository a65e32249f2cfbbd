// Keep the proof of a launch in the learning platform's storage, for browsers that keep no cookies in frames.
// https://www.imsglobal.org/spec/lti-pm-s/v0p1
import { frameOf, getData, putData } from "./lti_messages.js";

const { step, target, origin, key, proof } = /** @type {Record<string, string>} */ (
  /** @type {HTMLElement} */ (document.querySelector("#storage")).dataset
);
const frame = frameOf(target);

if (step === "put") {
  if (frame) await putData(frame, origin, key, proof);
  location.replace(/** @type {HTMLAnchorElement} */ (document.querySelector("#continue")).href);
} else {
  const problem = /** @type {HTMLElement} */ (document.querySelector("#problem"));
  const show = () => {
    problem.hidden = false;
  };
  // A learning platform that is busy may answer after the learner was offered a new window.
  const kept = frame ? await getData(frame, origin, key, show) : "";
  const form = /** @type {HTMLFormElement} */ (document.querySelector("#launch"));
  if (kept) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem("proof")).value = kept;
    form.submit();
  } else {
    show();
  }
}
