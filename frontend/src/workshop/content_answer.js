// Send what the instructor picked to the learning platform. Without JavaScript, the form has a button.
/** @type {HTMLFormElement} */ (document.querySelector("#answer")).submit();
