// Say that the registration is done; the platform closes this window. https://www.imsglobal.org/spec/lti-dr/v1p0
const { origin } = /** @type {{ origin: string }} */ (
  /** @type {HTMLElement} */ (document.querySelector("#registered")).dataset
);
(window.opener ?? window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, origin);
