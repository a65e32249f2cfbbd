// Step through the drawings of a sequence of calls: a button for each direction, a slider, and play.
import { h } from "../dom.js";

/** @import { RenderProps } from "@anywidget/types" */
/** @typedef {{ frames: string[], step: number }} SequenceState the drawings as HTML, and the shown one, from 1 */

/** How long each step shows while playing, in milliseconds. */
const STEP_DURATION = 1500;

/** @param {Pick<RenderProps<SequenceState>, "model" | "el">} context */
export function render({ model, el }) {
  const frames = model.get("frames");
  const last = frames.length;
  const step = () => model.get("step");
  /** @type {number | undefined} */
  let timer;

  /** @param {string} name @param {string} sign @param {() => void} onClick @param {string} [kind] */
  const control = (name, sign, onClick, kind) =>
    h("button", { type: "button", class: kind, "aria-label": name, title: name, on: { click: onClick } }, sign);
  const back = control("Go back one step", "◀", () => showStep(step() - 1));
  const playOrPause = control("Play", "▶ Play", () => (timer === undefined ? play() : pause()), "rc-main rc-play");
  const forward = control("Go forward one step", "▶", () => showStep(step() + 1));
  const slider = h("input", {
    type: "range",
    min: 1,
    max: last,
    step: 1,
    "aria-label": "Step",
    on: { input: () => showStep(Number(slider.value)) },
  });
  // A screen reader hears the step; the table has the rest.
  const count = h("span", { class: "rc-small rc-soft", role: "status" });
  const bar = h(
    "div",
    {
      class: "rc-steps",
      role: "group",
      "aria-label": "Steps of the sequence",
      // JupyterLab must not react to the keys that move the slider.
      on: { keydown: (event) => event.stopPropagation() },
    },
    back,
    playOrPause,
    forward,
    slider,
    count,
  );
  const drawing = h("div");

  /** @param {number} to */
  function setStep(to) {
    model.set("step", Math.min(Math.max(to, 1), last));
    model.save_changes();
  }

  /** @param {number} to */
  function showStep(to) {
    pause();
    setStep(to);
  }

  function play() {
    if (step() >= last) setStep(1);
    timer = window.setInterval(() => {
      if (step() >= last) pause();
      else setStep(step() + 1);
    }, STEP_DURATION);
    labelPlay("Pause", "❚❚ Pause");
  }

  function pause() {
    window.clearInterval(timer);
    timer = undefined;
    labelPlay("Play", "▶ Play");
  }

  /** @param {string} name @param {string} text */
  function labelPlay(name, text) {
    playOrPause.textContent = text;
    playOrPause.setAttribute("aria-label", name);
    playOrPause.title = name;
  }

  function draw() {
    const now = step();
    drawing.innerHTML = frames[now - 1] ?? "";
    slider.value = String(now);
    slider.setAttribute("aria-valuetext", `Step ${now} of ${last}`);
    count.textContent = `Step ${now} of ${last}`;
    // A disabled button would lose the focus of someone who steps by keyboard; a step too far does nothing.
    back.setAttribute("aria-disabled", String(now <= 1));
    forward.setAttribute("aria-disabled", String(now >= last));
  }

  el.classList.add("rolecall-kit", "rc-card", "rolecall-sequence");
  el.setAttribute("role", "region");
  el.setAttribute("aria-label", "Sequence of calls");
  el.append(h("header", { class: "rc-head" }, h("h3", {}, "Sequence of calls")));
  if (last > 1) el.append(bar);
  el.append(drawing);
  model.on("change:step", draw);
  draw();
  return () => {
    pause();
    model.off("change:step", draw);
  };
}

export default { render };
