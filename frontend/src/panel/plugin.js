// The plugin that adds the course to JupyterLab's left sidebar.
import { h } from "../dom.js";
import { copyOnClick } from "./picture.js";
import { drawPanel, drawSandbox } from "./view.js";

/**
 * @typedef {import("./jupyterlab.ts").SharedPackages} SharedPackages
 * @typedef {import("./jupyterlab.ts").App} App
 * @typedef {import("./jupyterlab.ts").LuminoWidget} LuminoWidget
 * @typedef {import("./jupyterlab.ts").Outline} Outline
 * @typedef {import("./jupyterlab.ts").NotebookSandbox} NotebookSandbox
 * @typedef {{ Widget: new () => LuminoWidget }} Lumino
 * @typedef {{ LabIcon: new (options: { name: string, svgstr: string }) => unknown }} Icons
 * @typedef {{ typeset(element: Element): void }} Typesetter
 * @typedef {{ makeRequest(url: string, init: object, settings: object): Promise<Response> }} Connection
 */

const ID = "rolecall-panel";
/** Two nested badges: a role that someone wears for a while. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3" fill="#616161">
<path d="M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5l-8-3zm0 2.2 6 2.2V11c0 4-2.6 7.4-6 8.9C8.600 18.400 6 15 6 11V6.400l6-2.200z"/>
<circle cx="12" cy="9.500" r="2.300"/><path d="M7.900 15.800c.5-2 2.200-3 4.100-3s3.600 1 4.100 3a8 8 0 0 1-4.100 2.800 8 8 0 0 1-4.100-2.800z"/></g></svg>`;

/**
 * Load a package that JupyterLab shares.
 *
 * @template T
 * @param {SharedPackages} shared
 * @param {string} name
 * @returns {Promise<T>}
 */
async function load(shared, name) {
  const [version] = Object.values(shared[name] ?? {});
  if (!version) throw new Error(`JupyterLab shares no package ${name}`);
  return /** @type {T} */ ((await version.get())());
}

/**
 * Create the plugin.
 *
 * @param {SharedPackages} shared
 * @param {string} styleSheet the address of the panel's style sheet
 */
export async function createPlugin(shared, styleSheet) {
  /** @type {Lumino} */
  const { Widget } = await load(shared, "@lumino/widgets");
  /** @type {Icons} */
  const { LabIcon } = await load(shared, "@jupyterlab/ui-components");
  /** @type {{ ServerConnection: Connection }} */
  const { ServerConnection } = await load(shared, "@jupyterlab/services");
  /** @type {{ ILatexTypesetter: unknown }} */
  const { ILatexTypesetter } = await load(shared, "@jupyterlab/rendermime");
  return {
    id: "rolecall:panel",
    description: "Shows the course, what is done, and what comes next.",
    autoStart: true,
    optional: [ILatexTypesetter],
    /** @param {App} app @param {Typesetter | null} typesetter */
    activate(app, typesetter) {
      // The cards of notebooks have no access to JupyterLab, and typeset their formulas with this.
      if (typesetter) window.rolecallTypeset = (element) => typesetter.typeset(element);
      document.head.append(h("link", { rel: "stylesheet", href: styleSheet }));
      document.addEventListener("click", copyOnClick);
      const panel = new Widget();
      panel.id = ID;
      panel.title.caption = "Rolecall course";
      panel.title.icon = new LabIcon({ name: "rolecall:panel", svgstr: ICON });
      panel.node.classList.add("rolecall-kit", "rc-panel");
      panel.node.setAttribute("role", "navigation");
      panel.node.setAttribute("aria-label", "Rolecall course");
      // The file browser has rank 100, and the running kernels have 200.
      app.shell.add(panel, "left", { rank: 50 });
      const first = connect(app, panel.node, ServerConnection);
      // JupyterLab then shows the panel that was open before. Where a course is, it comes first.
      void Promise.all([first, app.restored]).then(([outline]) => {
        if (!outline.problem) app.shell.activateById(ID);
      });
    },
  };
}

/**
 * Keep the panel up to date: when another notebook is shown, and when one is saved.
 *
 * @param {App} app
 * @param {HTMLElement} node
 * @param {Connection} connection
 * @returns {Promise<Outline>} what the panel shows first
 */
function connect(app, node, connection) {
  const { serverSettings } = app.serviceManager;
  const address = `${serverSettings.baseUrl}rolecall/outline`;
  /** @type {WeakSet<object>} */
  const followed = new WeakSet();
  let newest = 0;
  let newestSandbox = 0;

  async function refresh() {
    const request = ++newest;
    const outline = await read();
    // A later request can be answered earlier.
    if (request !== newest) return outline;
    const current = app.shell.currentWidget?.context?.path ?? "";
    const focused = [...node.querySelectorAll("button")].indexOf(/** @type {any} */ (document.activeElement));
    node.replaceChildren(drawPanel(outline, current, open));
    if (focused >= 0) node.querySelectorAll("button")[focused]?.focus();
    await refreshSandbox();
    return outline;
  }

  async function refreshSandbox() {
    const request = ++newestSandbox;
    const path = app.shell.currentWidget?.context?.path ?? "";
    const sandbox = path.endsWith(".ipynb") ? await readSandbox(path) : null;
    if (request !== newestSandbox) return;
    node.querySelector(".rc-panel-sandbox")?.replaceChildren(sandbox ? drawSandbox(sandbox) : "");
  }

  /** @param {string} path @returns {Promise<NotebookSandbox | null>} */
  async function readSandbox(path) {
    const address = `${serverSettings.baseUrl}rolecall/sandbox?path=${encodeURIComponent(path)}`;
    try {
      const response = await connection.makeRequest(address, {}, serverSettings);
      return response.ok ? await response.json() : null;
    } catch {
      // The server is stopping; the next change tries again.
      return null;
    }
  }

  /** @returns {Promise<Outline>} */
  async function read() {
    try {
      const response = await connection.makeRequest(address, {}, serverSettings);
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.json();
    } catch (error) {
      const problem = `The course can't be shown: ${error}. Restart JupyterLab with \`rolecall lab\`.`;
      return { problem, lessons: [], cards_due: 0, following: null, following_lesson: "" };
    }
  }

  /** @param {string} path */
  function open(path) {
    void app.commands.execute("docmanager:open", { path });
  }

  function follow() {
    const context = app.shell.currentWidget?.context;
    if (context && !followed.has(context)) {
      followed.add(context);
      context.fileChanged.connect(() => void refresh());
      // After each cell, and after each button of a card.
      context.sessionContext?.statusChanged.connect((_, status) => {
        if (status === "idle") void refreshSandbox();
      });
    }
    return refresh();
  }

  app.shell.currentChanged.connect(() => void follow());
  return follow();
}
