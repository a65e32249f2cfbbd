// Steps through drawings that the kernel made: a button for each direction, a slider, and play.

const PAUSE = 1500;

/** @param {{ model: any, el: HTMLElement }} context */
function render({ model, el }) {
  const frames = () => /** @type {string[]} */ (model.get("frames"));
  const last = frames().length;
  const shown = document.createElement("div");
  shown.setAttribute("aria-live", "polite");
  const bar = document.createElement("div");
  bar.className = "rc-steps";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Steps of the sequence");

  /** @param {string} name @param {string} sign @param {() => void} does */
  const button = (name, sign, does) => {
    const made = document.createElement("button");
    made.type = "button";
    made.setAttribute("aria-label", name);
    made.title = name;
    made.textContent = sign;
    made.addEventListener("click", does);
    return made;
  };

  /** @type {number | undefined} */
  let playing;
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
    label();
  };
  /** @param {number} step */
  const go = (step) => {
    model.set("step", Math.min(Math.max(step, 1), last));
    model.save_changes();
  };
  const play = () => {
    if (playing !== undefined) return stop();
    if (model.get("step") >= last) go(1);
    playing = setInterval(() => {
      if (model.get("step") >= last) stop();
      else go(model.get("step") + 1);
    }, PAUSE);
    label();
  };

  const back = button("Step back", "◀", () => (stop(), go(model.get("step") - 1)));
  const start = button("Play", "▶ Play", play);
  const on = button("Step on", "▶", () => (stop(), go(model.get("step") + 1)));
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: "1", max: String(last), step: "1" });
  slider.setAttribute("aria-label", "Step");
  slider.addEventListener("input", () => (stop(), go(Number(slider.value))));
  // JupyterLab's own keys stay out of it.
  bar.addEventListener("keydown", (event) => event.stopPropagation());
  const count = document.createElement("span");

  function label() {
    const name = playing === undefined ? "Play" : "Pause";
    start.textContent = playing === undefined ? "▶ Play" : "❚❚ Pause";
    start.setAttribute("aria-label", name);
    start.title = name;
  }
  const draw = () => {
    const step = model.get("step");
    shown.innerHTML = frames()[step - 1] ?? "";
    slider.value = String(step);
    slider.setAttribute("aria-valuetext", `Step ${step} of ${last}`);
    count.textContent = `Step ${step} of ${last}`;
    back.disabled = step <= 1;
    on.disabled = step >= last;
  };

  bar.append(back, start, on, slider, count);
  el.classList.add("rolecall-sequence");
  el.append(...(last > 1 ? [bar] : []), shown);
  model.on("change:step", draw);
  draw();
  return () => {
    stop();
    model.off("change:step", draw);
  };
}

export default { render };
