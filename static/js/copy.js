/* Copy buttons: data-copy="#id" copies an element's text (without line numbers), data-copy-text a text. */
function textOf(element) {
  if ("value" in element) return element.value;
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".ln, .linenos, .visually-hidden").forEach((part) => part.remove());
  return copy.textContent;
}

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea"); /* without TLS there is no clipboard object */
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied ? undefined : Promise.reject(new Error("refused"));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  const text = button.dataset.copyText ?? (source ? textOf(source) : "");
  try {
    await copyText(text.startsWith("/") ? new URL(text, location.href).href : text);
    document.dispatchEvent(new CustomEvent("hindsight:toast", { detail: { text: "Copied.", level: "success" } }));
  } catch {
    document.dispatchEvent(new CustomEvent("hindsight:toast", { detail: { text: "The browser did not allow copying.", level: "warning" } }));
  }
});
