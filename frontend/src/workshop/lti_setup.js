// Copy the addresses of the configuration page.
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy]"))) {
  button.addEventListener("click", async () => {
    const input = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
    input.select();
    await navigator.clipboard.writeText(input.value);
    button.textContent = "Copied";
  });
}
