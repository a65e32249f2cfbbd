// Messages between this page and the learning platform around it: https://www.imsglobal.org/spec/lti-cs-pm/v0p1

/** How long a platform may take to answer before it is late, in milliseconds. */
const PATIENCE = 3000;

/**
 * The platform's frame that keeps data: the page around this one, or a frame in it.
 * @param {string} target The name of the frame, or `_parent`.
 * @returns {Window | null}
 */
export function frameOf(target) {
  const platform = window.parent === window ? window.opener : window.parent;
  if (!platform || target === "_parent") return platform ?? null;
  return platform.frames[target] ?? null;
}

/**
 * Ask for something, and wait for the answer, which is null if the platform reports an error.
 * @param {Window} frame
 * @param {string} origin The only origin that gets the message, and whose answer counts.
 * @param {Record<string, string>} message
 * @param {(giveUp: () => void) => void} onLate Called once, when the platform has taken longer than it may.
 * @returns {Promise<Record<string, unknown> | null>}
 */
function ask(frame, origin, message, onLate) {
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  return new Promise((resolve) => {
    /** @param {MessageEvent} event */
    const listen = ({ data, origin: from }) => {
      if (from !== origin || data?.message_id !== id) return;
      if (data.subject !== `${message.subject}.response`) return;
      finish(data.error ? null : data);
    };
    const timer = setTimeout(() => onLate(() => finish(null)), PATIENCE);
    /** @param {Record<string, unknown> | null} answer */
    function finish(answer) {
      clearTimeout(timer);
      removeEventListener("message", listen);
      resolve(answer);
    }
    addEventListener("message", listen);
    frame.postMessage({ ...message, message_id: id }, origin);
  });
}

/** @param {Window} frame @param {string} origin @param {string} key @param {string} value */
export async function putData(frame, origin, key, value) {
  return (await ask(frame, origin, { subject: "lti.put_data", key, value }, (giveUp) => giveUp())) !== null;
}

/**
 * What the platform kept, or an empty text. A platform that is late is still waited for.
 * @param {Window} frame @param {string} origin @param {string} key @param {() => void} onLate
 */
export async function getData(frame, origin, key, onLate) {
  const answer = await ask(frame, origin, { subject: "lti.get_data", key }, () => onLate());
  return typeof answer?.value === "string" ? answer.value : "";
}
