/* Asks before the tab is closed while a <form data-guard> holds text that was not sent and is not kept as a draft. */
const sending = new WeakSet();

function isDirty(form) {
  return [...form.elements].some((field) => field.name && field.type !== "hidden" && !sending.has(form)
    && (field.type === "file" ? field.files.length > 0 : "defaultValue" in field && field.type !== "checkbox" && field.type !== "radio" && field.value !== field.defaultValue));
}

document.addEventListener("submit", (event) => sending.add(event.target));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt instanceof HTMLFormElement) sending.delete(event.detail.elt); });
window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-guard]")].some(isDirty)) event.preventDefault();
});
