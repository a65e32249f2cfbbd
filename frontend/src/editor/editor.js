// The editor of policy questions: CodeMirror with JSON, which marks syntax errors.
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

// JupyterLab's colors, so that the editor follows its light and dark themes.
const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--jp-mirror-editor-property-color, #05a)" },
  { tag: tags.string, color: "var(--jp-mirror-editor-string-color, #ba2121)" },
  { tag: tags.number, color: "var(--jp-mirror-editor-number-color, #080)" },
  { tag: [tags.bool, tags.null], color: "var(--jp-mirror-editor-keyword-color, #008000)" },
]);

/**
 * Put an editor into an element.
 *
 * @param {HTMLElement} parent
 * @param {object} options
 * @param {string} options.text
 * @param {string} options.label the editor's name for screen readers
 * @param {(text: string) => void} options.onChange
 * @returns {EditorView}
 */
export function edit(parent, { text, label, onChange }) {
  return new EditorView({
    doc: text,
    parent,
    extensions: [
      basicSetup,
      json(),
      linter(jsonParseLinter()),
      syntaxHighlighting(colors),
      // With a tab index, a long policy is scrolled by keyboard when it can't be edited, too.
      EditorView.contentAttributes.of({ "aria-label": label, "data-key": "editor", tabindex: "0" }),
      EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      EditorView.theme({
        "&": { color: "var(--rc-text)", backgroundColor: "var(--rc-back)", border: "1px solid var(--rc-soft)", borderRadius: "4px" },
        "&.cm-focused": { outline: "2px solid var(--rc-brand)", outlineOffset: "1px" },
        ".cm-content": { caretColor: "var(--rc-text)", fontFamily: "var(--jp-code-font-family, monospace)", minHeight: "9em" },
        ".cm-cursor": { borderLeftColor: "var(--rc-text)" },
        ".cm-gutters": { color: "var(--rc-soft)", backgroundColor: "var(--rc-sunk)", borderRight: "1px solid var(--rc-line)" },
        ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
        "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--jp-editor-selected-focused-background, #d7d4f0)" },
      }),
    ],
  });
}
