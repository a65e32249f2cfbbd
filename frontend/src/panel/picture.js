// Copy an explanation as a picture, to paste it into a ticket or a chat.

const SCALE = 2; // for screens with small pixels
const MARGIN = 16;
const SHOWN = 2000; // milliseconds for which the button says what happened

/**
 * Copy the explanation before the button that was clicked; other clicks do nothing.
 *
 * @param {MouseEvent} event
 */
export function copyOnClick(event) {
  const button = event.target instanceof Element && event.target.closest("button.rc-copy");
  const explanation = button && button.previousElementSibling;
  if (explanation instanceof HTMLElement) void copy(/** @type {HTMLElement} */ (button), explanation);
}

/** @param {HTMLElement} button @param {HTMLElement} explanation */
async function copy(button, explanation) {
  const label = button.getAttribute("aria-label") ?? "";
  let words = "Copied";
  try {
    // The clipboard takes a promise, so that the click still counts as the reason when the picture is ready.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": pictureOf(explanation) })]);
  } catch {
    words = "The browser doesn't allow it";
  }
  button.setAttribute("aria-label", words);
  window.setTimeout(() => button.setAttribute("aria-label", label), SHOWN);
}

/**
 * Draw an element as a PNG, in the colors of the theme.
 *
 * @param {HTMLElement} element
 * @returns {Promise<Blob>}
 */
export async function pictureOf(element) {
  const { width, height } = element.getBoundingClientRect();
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svgOf(element, wide, high))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = wide * SCALE;
  canvas.height = high * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

/** @param {HTMLElement} element @param {number} wide @param {number} high */
function svgOf(element, wide, high) {
  const card = element.closest(".rolecall-kit") ?? element;
  const paper = document.createElement("div");
  paper.style.cssText = `padding: ${MARGIN}px; height: ${high}px; background: ${getComputedStyle(card).backgroundColor}`;
  paper.append(withStyles(element));
  const content = new XMLSerializer().serializeToString(paper);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}">` +
    `<foreignObject width="100%" height="100%">${content}</foreignObject></svg>`
  );
}

/**
 * Clone an element with the styles that it has now, because a picture has no style sheet.
 *
 * @param {Element} element
 * @returns {Element}
 */
function withStyles(element) {
  const clone = /** @type {HTMLElement} */ (element.cloneNode(false));
  clone.setAttribute("style", stylesOf(getComputedStyle(element)));
  for (const child of element.childNodes) {
    if (child instanceof Element) clone.append(withStyles(child));
    else clone.append(child.cloneNode());
  }
  const after = getComputedStyle(element, "::after");
  if (/^"[^"]+"$/.test(after.content)) {
    const arrow = document.createElement("span");
    arrow.setAttribute("style", stylesOf(after));
    arrow.textContent = after.content.slice(1, -1);
    clone.append(arrow);
  }
  return clone;
}

/** @param {CSSStyleDeclaration} styles */
function stylesOf(styles) {
  return [...styles].map((name) => `${name}:${styles.getPropertyValue(name)}`).join(";");
}
