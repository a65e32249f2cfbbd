// The editor of a policy question: CodeMirror with JSON, its faults marked where they are.
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { tags } from "@lezer/highlight";
import { EditorView, basicSetup } from "codemirror";

// JupyterLab's own colours, so that both themes are right.
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--jp-mirror-editor-property-color, #05a)" },
  { tag: tags.string, color: "var(--jp-mirror-editor-string-color, #ba2121)" },
  { tag: tags.number, color: "var(--jp-mirror-editor-number-color, #080)" },
  { tag: [tags.bool, tags.null], color: "var(--jp-mirror-editor-keyword-color, #008000)" },
]);

/**
 * Puts an editor into an element.
 * @param {HTMLElement} parent
 * @param {{text: string, label: string, changed: (text: string) => void}} options
 */
export function edit(parent, { text, label, changed }) {
  return new EditorView({
    doc: text,
    parent,
    extensions: [
      basicSetup,
      json(),
      linter(jsonParseLinter()),
      syntaxHighlighting(colours),
      EditorView.contentAttributes.of({ "aria-label": label, "data-key": "editor" }),
      EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      EditorView.theme({
        "&": { color: "var(--rc-text)", backgroundColor: "var(--rc-back)", border: "1px solid var(--rc-quiet)", borderRadius: "4px" },
        "&.cm-focused": { outline: "2px solid var(--rc-brand)", outlineOffset: "1px" },
        ".cm-content": { caretColor: "var(--rc-text)", fontFamily: "var(--jp-code-font-family, monospace)", minHeight: "9em" },
        ".cm-cursor": { borderLeftColor: "var(--rc-text)" },
        ".cm-gutters": { color: "var(--rc-quiet)", backgroundColor: "var(--rc-tint)", borderRight: "1px solid var(--rc-line)" },
        ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
        "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--jp-editor-selected-focused-background, #d7d4f0)" },
      }),
    ],
  });
}
