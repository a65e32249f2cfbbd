// What a test or a challenge comes to, and the flash cards.

/** @param {any} card @param {any} result */
function resultParts(card, result) {
  const skills = result.skills.map((/** @type {any} */ one) =>
    h("tr", {}, h("th", { scope: "row" }, one.skill), h("td", {}, one.verdict), h("td", {}, one.told)),
  );
  return [
    h(
      "p",
      { class: "rc-result", tabindex: "-1", "data-key": "prompt" },
      h("span", { "aria-hidden": "true" }, `${result.sign} `),
      h("strong", {}, result.verdict),
    ),
    h("p", {}, result.told),
    skills.length
      ? h(
          "table",
          { class: "rc-skills" },
          h("caption", {}, "Skill by skill"),
          h("thead", {}, h("tr", {}, ...["Skill", "Verdict", "How sure"].map((text) => h("th", { scope: "col" }, text)))),
          h("tbody", {}, ...skills),
        )
      : null,
    result.receipt
      ? section("Your receipt: keep this line", "receipt", h("pre", { tabindex: "0" }, h("code", {}, result.receipt)))
      : null,
    result.next ? section("What to do next", "next", h("p", {}, result.next)) : null,
    ...result.review.map((/** @type {any} */ one, /** @type {number} */ place) =>
      h(
        "details",
        { class: "rc-review" },
        h("summary", {}, `${one.mark} Question ${place + 1}: ${one.verdict}`),
        h("div", { html: one.prompt }),
        one.given ? section("Your answer", "given", h("div", { html: one.given })) : null,
        ...one.whys.map((/** @type {string} */ html) => h("div", { class: "rc-why", html })),
        one.best ? section("The right answer", "answer", h("div", { html: one.best })) : null,
        section("Solution", "solution", list(one.solution, "ol")),
      ),
    ),
    h(
      "div",
      { class: "rc-buttons" },
      result.again && h("button", { type: "button", "data-key": "restart", onclick: () => card.tell({ do: "restart" }) }, result.again),
      result.look && h("button", { type: "button", "data-key": "look", onclick: () => card.tell({ do: "look" }) }, result.look),
    ),
  ];
}

/** @param {any} card @param {any} flash */
function flashParts(card, flash) {
  if (!flash.card) {
    return [
      h(
        "p",
        { class: "rc-prompt", tabindex: "-1", "data-key": "prompt" },
        flash.wait ? `Nothing is due. The next card is in ${flash.wait}.` : "The cards cannot be read now.",
      ),
    ];
  }
  return [
    h("div", { class: "rc-prompt", html: flash.front, tabindex: "-1", "data-key": "prompt" }),
    flash.back
      ? section("The other side", "solution", h("div", { html: flash.back }))
      : h(
          "div",
          { class: "rc-buttons" },
          h(
            "button",
            { type: "button", class: "rc-main", "data-key": "turn", onclick: () => card.tell({ do: "turn", card: flash.card }) },
            "Turn the card",
          ),
        ),
    flash.answers.length
      ? h(
          "div",
          { class: "rc-buttons", role: "group", "aria-label": "How well did you know it?" },
          ...flash.answers.map((/** @type {any} */ one) =>
            h(
              "button",
              {
                type: "button",
                "data-key": `recalled-${one.recalled}`,
                onclick: () => card.tell({ do: "recalled", card: flash.card, recalled: one.recalled }),
              },
              `${one.word}, in ${one.again}`,
            ),
          ),
        )
      : null,
    h("footer", { class: "rc-foot" }, h("span", {}, `${flash.left} due`)),
  ];
}
