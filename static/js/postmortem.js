/* The editor of a postmortem: says which section holds text that is not saved, and takes what was saved as the new start. */
const form = document.getElementById("sections");
const texts = () => [...form.elements].filter((field) => field.name?.startsWith("body_"));
const mark = (field) => field.closest(".pm-section")?.classList.toggle("is-unsaved", field.value !== field.defaultValue);
let sent = new Map();

if (form) {
  document.addEventListener("input", (event) => { if (event.target.form === form) mark(event.target); });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === form) sent = new Map(texts().map((field) => [field, field.value]));
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    /* Publishing that is refused for what is missing (409) has saved the texts as well; a conflict has not. */
    const saved = event.detail.successful || event.detail.xhr.getResponseHeader("X-Hindsight-Saved") === "yes";
    if (event.detail.elt !== form || !saved) return;
    for (const [field, value] of sent) { field.defaultValue = value; mark(field); }
  });
  texts().forEach(mark);
}
