// Load the editor of policy questions when the first one is shown. It is too large to send with every card.

/** @import { CardModel } from "./types.js" */
/** @typedef {typeof import("../editor/editor.js")} EditorModule */

/**
 * Get the editor's module, from this page if any card loaded it, else from the kernel.
 *
 * @param {CardModel} model
 * @returns {Promise<EditorModule>}
 */
export function loadEditor(model) {
  const page = /** @type {{ rolecallEditor?: Promise<EditorModule> }} */ (globalThis);
  if (page.rolecallEditor) return page.rolecallEditor;
  return new Promise((resolve) => {
    /** @param {{ editor?: unknown } | undefined} message */
    function receive(message) {
      if (typeof message?.editor !== "string") return;
      model.off("msg:custom", receive);
      page.rolecallEditor ??= importText(message.editor);
      resolve(page.rolecallEditor);
    }
    model.on("msg:custom", receive);
    model.send({ do: "editor" });
  });
}

/** @param {string} code @returns {Promise<any>} */
function importText(code) {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  return import(/* webpackIgnore: true */ url);
}
