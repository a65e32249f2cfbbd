// An `order` question: put the items in order, with buttons or by dragging.
import { button } from "../../dom.js";
import { h } from "../html.js";

/** @import { CreateForm } from "../types.js" */

/**
 * Move an item to another place.
 *
 * @param {readonly number[]} order
 * @param {number} from
 * @param {number} to
 * @returns {number[]}
 */
export function moved(order, from, to) {
  const rest = order.toSpliced(from, 1);
  return rest.toSpliced(to, 0, order[from]);
}

/** @type {CreateForm<{ items: string[] }, number[]>} The answer is the items' indexes, first to last. */
export function orderForm(context) {
  const { items } = context.content;
  const { locked, prefix } = context;
  const initialAnswer = items.map((_, index) => index);
  const order = () => context.answer ?? initialAnswer;
  const rows = h("ol", { class: "rc-order" });
  let dragged = -1;

  /** @param {number} from @param {number} to */
  function move(from, to) {
    if (from < 0 || to < 0 || to >= items.length) return;
    context.keep(moved(order(), from, to));
    draw();
    context.announce(`Now at position ${to + 1} of ${items.length}`);
  }

  /** @param {"up" | "down"} direction @param {number} item @param {number} from */
  function moveButton(direction, item, from) {
    const to = direction === "up" ? from - 1 : from + 1;
    const act = () => {
      move(from, to);
      // At either end only the button of the other direction can take the focus.
      const next = to === 0 ? "down" : to === items.length - 1 ? "up" : direction;
      context.focus(`${next}-${item}`);
    };
    return button(`${direction}-${item}`, direction === "up" ? "↑" : "↓", act, {
      "aria-label": `Move ${direction}`,
      "aria-describedby": `${prefix}-item-${item}`,
      disabled: to < 0 || to >= items.length,
    });
  }

  /** @param {number} item @param {number} place */
  function row(item, place) {
    return h(
      "li",
      {
        draggable: String(!locked),
        on: {
          dragstart: () => (dragged = place),
          dragover: (event) => event.preventDefault(),
          drop: (event) => {
            event.preventDefault();
            move(dragged, place);
            dragged = -1;
          },
        },
      },
      h("span", { id: `${prefix}-item-${item}`, html: items[item] }),
      !locked && h("span", { class: "rc-moves" }, moveButton("up", item, place), moveButton("down", item, place)),
    );
  }

  function draw() {
    rows.replaceChildren(...order().map(row));
  }

  draw();
  const legend = locked ? "Your order" : "Put the items in order, first item on top";
  const element = h("fieldset", { class: "rc-options" }, h("legend", {}, legend), rows);
  return { element, initialAnswer, isComplete: () => true };
}
