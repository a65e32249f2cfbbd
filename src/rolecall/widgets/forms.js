// One form for each kind of question: it draws itself, keeps what the learner puts in, and says when that is
// an answer. Everything works by keyboard alone; dragging is a second way, never the only one.

const LETTERS = "ABCDEFGH";
const MARKS = { right: "✔ Right", wrong: "✘ Not this", "": "" };

/**
 * @typedef {{element: HTMLElement, ready: () => boolean, key?: (event: KeyboardEvent) => boolean}} Form
 */

/** One option, or several. @param {any} card @param {any} question @param {boolean} several @returns {Form} */
function optionsForm(card, question, several) {
  const { options } = question.face;
  const picked = () => (several ? (card.draft ?? []) : card.draft == null ? [] : [card.draft]);
  const inputs = options.map((/** @type {any} */ option, /** @type {number} */ index) => {
    const id = `${card.name}-${index}`;
    return h("input", {
      type: several ? "checkbox" : "radio",
      id,
      name: card.name,
      checked: picked().includes(index),
      disabled: card.settled,
      "data-key": `option-${index}`,
      "aria-describedby": option.why ? `${id}-why` : null,
      onchange: () => pick(index),
    });
  });
  const pick = (/** @type {number} */ index) => {
    const chosen = new Set(picked());
    if (several && chosen.has(index)) chosen.delete(index);
    else chosen.add(index);
    card.keep(several ? [...chosen].sort((one, other) => one - other) : index);
    inputs.forEach((/** @type {HTMLInputElement} */ input, /** @type {number} */ at) => {
      input.checked = picked().includes(at);
    });
    inputs[index].focus({ preventScroll: true });
  };
  const one = several ? "Choose all that are right" : "Choose one";
  const element = h(
    "fieldset",
    { class: "rc-options" },
    h("legend", {}, card.settled ? "The options" : `${one}: A to ${LETTERS[options.length - 1]} or the arrow keys, then Enter`),
    ...options.map((/** @type {any} */ option, /** @type {number} */ index) =>
      h(
        "div",
        { class: `rc-option ${option.mark ? `rc-${option.mark}` : ""}` },
        inputs[index],
        h(
          "label",
          { for: `${card.name}-${index}` },
          h("span", { class: "rc-letter", "aria-hidden": "true" }, LETTERS[index]),
          h("span", { html: option.html }),
          option.mark ? h("span", { class: "rc-mark" }, MARKS[/** @type {keyof MARKS} */ (option.mark)]) : null,
        ),
        option.why ? h("p", { class: "rc-why", id: `${card.name}-${index}-why`, html: option.why }) : null,
      ),
    ),
  );
  const key = (/** @type {KeyboardEvent} */ event) => {
    const place = event.key.length === 1 ? LETTERS.indexOf(event.key.toUpperCase()) : -1;
    if (place < 0 || place >= options.length) return false;
    pick(place);
    return true;
  };
  return { element, key, ready: () => picked().length > 0 };
}

/** Blanks in a text: type into them, or put the pieces there by click or drag. @returns {Form} */
function blanksForm(/** @type {any} */ card, /** @type {any} */ question) {
  const { pieces, tokens, language } = question.face;
  const names = pieces.map((/** @type {any} */ piece) => piece.blank).filter(Boolean);
  const text = () => ({ ...Object.fromEntries(names.map((/** @type {string} */ name) => [name, ""])), ...card.draft });
  let last = names[0];
  /** @type {Record<string, HTMLInputElement>} */
  const inputs = {};
  const put = (/** @type {string} */ name, /** @type {string} */ value) => {
    inputs[name].value = value;
    inputs[name].size = Math.max(8, value.length + 1);
    card.keep({ ...text(), [name]: value });
  };
  names.forEach((/** @type {string} */ name, /** @type {number} */ place) => {
    const value = text()[name];
    inputs[name] = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "text",
        class: "rc-blank",
        "aria-label": `Blank ${place + 1} of ${names.length}: ${name}`,
        "data-key": `blank-${name}`,
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        size: Math.max(8, value.length + 1),
        disabled: card.settled,
        onfocus: () => (last = name),
        oninput: () => put(name, inputs[name].value),
        ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
        ondrop: (/** @type {DragEvent} */ event) => {
          event.preventDefault();
          put(name, event.dataTransfer?.getData("text/plain") ?? "");
        },
      })
    );
    inputs[name].value = value;
  });
  const place = (/** @type {string} */ token) => {
    const empty = names.find((/** @type {string} */ name) => !text()[name]);
    const target = text()[last] ? (empty ?? last) : last;
    put(target, token);
    last = names.find((/** @type {string} */ name) => !text()[name]) ?? target;
    inputs[target].focus({ preventScroll: true });
  };
  const element = h(
    "div",
    { class: "rc-blanks", role: "group", "aria-label": "The text with its blanks" },
    h(
      "pre",
      { class: `rc-code rc-${language}` },
      ...pieces.flatMap((/** @type {any} */ piece) => [piece.text, piece.blank ? inputs[piece.blank] : null]),
    ),
    tokens.length && !card.settled
      ? h(
          "div",
          { class: "rc-tokens", role: "group", "aria-label": "Pieces to put into the blanks" },
          ...tokens.map((/** @type {string} */ token) =>
            h(
              "button",
              {
                type: "button",
                class: "rc-token",
                draggable: "true",
                "data-key": `token-${token}`,
                onclick: () => place(token),
                ondragstart: (/** @type {DragEvent} */ event) => event.dataTransfer?.setData("text/plain", token),
              },
              token,
            ),
          ),
        )
      : null,
  );
  return { element, ready: () => names.every((/** @type {string} */ name) => text()[name].trim()) };
}

/** Things to put in order, by buttons or by dragging. @returns {Form} */
function orderForm(/** @type {any} */ card, /** @type {any} */ question) {
  const { items } = question.face;
  const rows = h("ol", { class: "rc-order" });
  const order = () => card.draft ?? items.map((/** @type {string} */ _, /** @type {number} */ index) => index);
  let dragged = -1;
  const move = (/** @type {number} */ from, /** @type {number} */ to, focus = "") => {
    const now = [...order()];
    if (to < 0 || to >= now.length) return;
    now.splice(to, 0, ...now.splice(from, 1));
    card.keep(now);
    fill();
    card.spoken.textContent = `Now in place ${to + 1} of ${now.length}`;
    if (focus) card.focus(`${focus}-${now[to]}`);
  };
  const fill = () =>
    rows.replaceChildren(
      ...order().map((/** @type {number} */ item, /** @type {number} */ at) =>
        h(
          "li",
          {
            draggable: card.settled ? "false" : "true",
            ondragstart: () => (dragged = at),
            ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
            ondrop: (/** @type {DragEvent} */ event) => {
              event.preventDefault();
              move(dragged, at);
            },
          },
          h("span", { id: `${card.name}-item-${item}`, html: items[item] }),
          !card.settled &&
            h(
              "span",
              { class: "rc-moves" },
              ...[
                ["up", "↑", at - 1, "Move up"],
                ["down", "↓", at + 1, "Move down"],
              ].map(([key, sign, to, name]) =>
                h(
                  "button",
                  {
                    type: "button",
                    "data-key": `${key}-${item}`,
                    "aria-label": name,
                    "aria-describedby": `${card.name}-item-${item}`,
                    disabled: Number(to) < 0 || Number(to) >= items.length,
                    onclick: () => move(at, Number(to), String(key)),
                  },
                  String(sign),
                ),
              ),
            ),
        ),
      ),
    );
  fill();
  const legend = card.settled ? "Your order" : "Put them in order, the first on top";
  const element = h("fieldset", { class: "rc-options" }, h("legend", {}, legend), rows);
  if (card.draft == null) card.drafts.set(question.id, order());
  return { element, ready: () => true };
}

/** Pairs: for each on the left one of those on the right. @returns {Form} */
function matchForm(/** @type {any} */ card, /** @type {any} */ question) {
  const { lefts, choices } = question.face;
  const given = () => card.draft ?? lefts.map(() => -1);
  const rows = lefts.map((/** @type {string} */ html, /** @type {number} */ at) => {
    const select = /** @type {HTMLSelectElement} */ (
      h(
        "select",
        {
          "data-key": `match-${at}`,
          "aria-labelledby": `${card.name}-left-${at}`,
          disabled: card.settled,
          onchange: () => {
            const now = [...given()];
            now[at] = Number(select.value);
            card.keep(now);
          },
        },
        h("option", { value: "-1" }, "Choose…"),
        ...choices.map((/** @type {string} */ text, /** @type {number} */ place) => h("option", { value: place }, text)),
      )
    );
    select.value = String(given()[at]);
    return h("li", {}, h("span", { id: `${card.name}-left-${at}`, html }), select);
  });
  const element = h(
    "fieldset",
    { class: "rc-options" },
    h("legend", {}, "Which belong together?"),
    h("ul", { class: "rc-match" }, ...rows),
  );
  return { element, ready: () => given().every((/** @type {number} */ place) => place >= 0) };
}

/** A line to type: a number, a command. @returns {Form} */
function lineForm(/** @type {any} */ card, /** @type {string} */ label, /** @type {string} */ placeholder, code = false) {
  const input = /** @type {HTMLInputElement} */ (
    h("input", {
      type: "text",
      class: code ? "rc-line rc-mono" : "rc-line",
      id: `${card.name}-line`,
      placeholder,
      "data-key": "line",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      disabled: card.settled,
      oninput: () => card.keep(input.value),
    })
  );
  input.value = card.draft ?? "";
  const element = h("div", { class: "rc-typed" }, h("label", { for: `${card.name}-line` }, label), input);
  return { element, ready: () => Boolean((card.draft ?? "").trim()) };
}

const EDITOR_LABEL = "The policy, in JSON";

/** The editor's module, asked of the kernel once for the whole page. @param {any} card @returns {Promise<any>} */
function editorModule(card) {
  const page = /** @type {any} */ (globalThis);
  page.rolecallEditor ??= new Promise((resolve) => {
    const received = (/** @type {any} */ message) => {
      if (typeof message?.editor !== "string") return;
      card.model.off("msg:custom", received);
      const url = URL.createObjectURL(new Blob([message.editor], { type: "text/javascript" }));
      resolve(import(/* webpackIgnore: true */ url));
    };
    card.model.on("msg:custom", received);
    card.model.send({ do: "editor" });
  });
  return page.rolecallEditor;
}

/** A policy to write: a plain field at once, the editor as soon as it is there. @returns {Form} */
function policyForm(/** @type {any} */ card, /** @type {any} */ question) {
  const { starter, allow, deny } = question.face;
  const text = () => card.draft ?? starter;
  const area = /** @type {HTMLTextAreaElement} */ (
    h("textarea", {
      class: "rc-mono",
      "aria-label": EDITOR_LABEL,
      rows: Math.max(8, text().split("\n").length + 1),
      "data-key": "editor",
      spellcheck: "false",
      oninput: () => card.keep(area.value),
    })
  );
  area.value = text();
  const place = h("div", { class: "rc-editor" }, area);
  if (card.settled) {
    place.replaceChildren(h("div", { html: question.face.written }));
    return { element: place, ready: () => false };
  }
  editorModule(card).then(({ edit }) => {
    if (!area.isConnected) return;
    const focused = document.activeElement === area;
    area.remove();
    const view = edit(place, {
      text: text(),
      label: EDITOR_LABEL,
      changed: (/** @type {string} */ now) => card.keep(now),
    });
    if (focused) view.focus();
  });
  const element = h(
    "div",
    { class: "rc-typed" },
    section("Must be allowed", "cases", list(allow, "ul")),
    section("Must stay denied", "cases", list(deny, "ul")),
    h("p", { class: "rc-rule" }, `${EDITOR_LABEL}. Ctrl+Enter checks it; Tab leaves the editor.`),
    place,
  );
  return { element, ready: () => Boolean(text().trim()) };
}

const OUTCOMES = [
  ["Allowed", "Allowed"],
  ["ImplicitlyDenied", "Denied, because nothing allows it"],
  ["ExplicitlyDenied", "Denied, because a statement forbids it"],
];

/** A decision to predict, and the policy that makes it. @returns {Form} */
function decideForm(/** @type {any} */ card, /** @type {any} */ question) {
  const { scene, policyTypes } = question.face;
  const given = () => card.draft ?? {};
  const which = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      {
        id: `${card.name}-which`,
        "data-key": "which",
        disabled: card.settled,
        onchange: () => card.keep({ ...given(), policy_type: which.value }),
      },
      h("option", { value: "" }, "Choose…"),
      ...policyTypes.map((/** @type {string} */ name) => h("option", { value: name }, name)),
    )
  );
  which.value = given().policy_type ?? "";
  const row = h("p", { class: "rc-which" }, h("label", { for: which.id }, "Which policy decides it? "), which);
  const show = () => row.toggleAttribute("hidden", !given().outcome || given().outcome === "Allowed");
  const element = h(
    "div",
    {},
    ...scene.map((/** @type {any} */ part) => section(part.title, "scene", h("div", { html: part.html }))),
    h(
      "fieldset",
      { class: "rc-options" },
      h("legend", {}, "How does IAM decide?"),
      ...OUTCOMES.map(([outcome, words]) =>
        h(
          "div",
          { class: "rc-option" },
          h("input", {
            type: "radio",
            id: `${card.name}-${outcome}`,
            name: card.name,
            checked: given().outcome === outcome,
            disabled: card.settled,
            "data-key": outcome,
            onchange: () => {
              card.keep(outcome === "Allowed" ? { outcome } : { ...given(), outcome });
              show();
            },
          }),
          h("label", { for: `${card.name}-${outcome}` }, words),
        ),
      ),
      row,
    ),
  );
  show();
  return { element, ready: () => given().outcome === "Allowed" || Boolean(given().outcome && given().policy_type) };
}

/** @type {Record<string, (card: any, question: any) => Form>} */
/** A hands-on task is worked on in cells; the form tells how, and what was handed in. @param {any} card @param {any} question */
function taskForm(card, question) {
  const done = Array.isArray(question.given) ? question.given.length : null;
  const element = h(
    "div",
    {},
    h("p", {}, "Work on it in cells below this one, with the card in a variable, such as quiz:"),
    h("pre", { tabindex: "0" }, h("code", {}, `work = quiz.task("${question.id}")\n# plain boto3 or !aws, in as many cells as you like\nwork.hand_in()`)),
    h("p", { role: "status" }, done === null ? "Nothing is handed in yet." : `Handed in: ${done} calls.`),
  );
  return { element, ready: () => false };
}

const FORMS = {
  choice: (card, question) => optionsForm(card, question, false),
  multi: (card, question) => optionsForm(card, question, true),
  blanks: blanksForm,
  order: orderForm,
  match: matchForm,
  numeric: (card, question) => {
    const { units } = question.face;
    return lineForm(card, units.length ? `A number, in ${units.join(" or ")}` : "A number", "");
  },
  cli: (card, question) => lineForm(card, "The command", question.face.placeholder, true),
  policy: policyForm,
  decide: decideForm,
  task: taskForm,
};
