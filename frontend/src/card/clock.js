// The clock of a challenge or an assessment.
import { h } from "./html.js";
import { minutesAndSeconds } from "../time.js";

const TICK = 250; // milliseconds, so that no second is skipped
const WARNING = 10; // seconds before the end

/** A countdown. Everyone sees each second; a screen reader says only that the end is near. */
export class Clock {
  /** @type {number | undefined} */
  #timer;

  /**
   * Start a countdown in place of the one before.
   *
   * @param {number} secondsLeft
   * @param {object} does
   * @param {(text: string) => void} does.announce
   * @param {() => void} does.onTimeout
   * @returns {HTMLElement}
   */
  start(secondsLeft, { announce, onTimeout }) {
    this.stop();
    const end = performance.now() + secondsLeft * 1000;
    const element = h("p", { class: "rc-clock", role: "timer" });
    let warned = false;
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      element.textContent = `Time left: ${minutesAndSeconds(left)}`;
      if (left === WARNING && !warned) {
        warned = true;
        announce("Ten seconds left");
      }
      if (left === 0) {
        this.stop();
        onTimeout();
      }
    };
    this.#timer = window.setInterval(tick, TICK);
    tick();
    return element;
  }

  stop() {
    window.clearInterval(this.#timer);
  }
}
