// The container that JupyterLab loads: it offers one module with the panel's plugin.
//
// JupyterLab's own builder makes such a container with webpack. It is a small interface, so esbuild does here as well:
// `init` receives the packages that JupyterLab shares, and `get` returns a factory of the module.
import { createPlugin } from "./plugin.js";

/** @typedef {import("./jupyterlab.ts").SharedPackages} SharedPackages */

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const styleSheet = new URL("panel.css", script.src).href;

/** @type {SharedPackages} */
let shared = {};
const container = {
  /** @param {SharedPackages} packages */
  init(packages) {
    shared = packages;
  },
  async get() {
    const plugin = await createPlugin(shared, styleSheet);
    return () => ({ __esModule: true, default: plugin });
  },
};
/** @type {any} */ (window)._JUPYTERLAB = { .../** @type {any} */ (window)._JUPYTERLAB, rolecall: container };
