// Requests of a web page to the workshop's service, in the learner's name.

/** The service can't be reached, or can't save, right now; the request may be sent again. */
export class NoAnswerYet extends Error {}

const RETRY_STATUSES = new Set([408, 429, 500, 502, 503, 504]);
/** How long the service may take to answer, in milliseconds. */
const PATIENCE = 10_000;

/** @typedef {(method: string, path: string, body?: unknown) => Promise<any>} Ask */

/**
 * Return a function that sends one request, and gives the response's JSON.
 *
 * @param {string} base the service's path
 * @param {string} token identifies the learner
 * @returns {Ask}
 */
export function connect(base, token) {
  return async (method, path, body) => {
    /** @type {Response} */
    let response;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { "Content-Type": "application/json" }) },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      throw new NoAnswerYet("The workshop's service doesn't answer.");
    }
    const content = await response.json().catch(() => ({}));
    if (response.ok) return content;
    const { detail } = content;
    const text = detail?.text ?? (typeof detail === "string" ? detail : response.statusText);
    throw RETRY_STATUSES.has(response.status) ? new NoAnswerYet(text) : new Error(text);
  };
}
