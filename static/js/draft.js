/* Drafts: what is typed into <form data-draft="key"> is kept in this browser, per person and key, and offered back with its time.
   Dropped when the form is saved (an htmx success, or a redirect after a plain POST) and at sign-out. */
const owner = document.body.dataset.user;
const prefix = `hindsight:draft:${owner}:`;
const pendingKey = "hindsight:draft-sent";
const twoWeeks = 14 * 86400000;
const timers = new Map();

const kept = (field) => field.name && !field.disabled && !field.readOnly && !field.hasAttribute("data-draft-skip")
  && !["hidden", "password", "file", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken";
const isToggle = (field) => field.type === "checkbox" || field.type === "radio";
const initial = (field) => (isToggle(field) ? field.defaultChecked : field.tagName === "SELECT"
  ? [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value : field.defaultValue);
const current = (field) => (isToggle(field) ? field.checked : field.value);

function changed(form) {
  return [...form.elements].filter((field) => kept(field) && current(field) !== initial(field))
    .map((field) => [field.name, isToggle(field) ? field.value : null, current(field)]);
}

function read(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(prefix + key));
    return draft && Date.now() - draft.at < twoWeeks ? draft : null;
  } catch { return null; }
}

function save(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  const values = changed(form);
  const write = (list) => localStorage.setItem(prefix + form.dataset.draft, JSON.stringify({ at: Date.now(), values: list }));
  try {
    if (values.length) {
      try { write(values); } catch { write(values.filter(([, , value]) => String(value).length < 200000)); } /* the words at least */
    } else if (!form.querySelector(":scope > .draft-offer")) localStorage.removeItem(prefix + form.dataset.draft);
  } catch { /* storage is full or refused: the dirty guard still asks */ }
}

function drop(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  localStorage.removeItem(prefix + form.dataset.draft);
  form.querySelector(":scope > .draft-offer")?.remove();
}

function restore(form, draft) {
  for (const [name, value, state] of draft.values) {
    const field = [...form.elements].find((other) => other.name === name && (value === null || other.value === value));
    if (!field) continue;
    if (isToggle(field)) field.checked = state; else field.value = state;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function button(words, style, act) {
  const element = Object.assign(document.createElement("button"), { type: "button", className: `button button-sm ${style}`, textContent: words });
  element.addEventListener("click", act);
  return element;
}

function offer(form) {
  const draft = read(form.dataset.draft);
  if (!draft || form.querySelector(":scope > .draft-offer")) return;
  const same = ([name, value, state]) => [...form.elements].some((field) => field.name === name && (value === null || field.value === value) && current(field) === state);
  if (draft.values.every(same)) return;
  const when = new Date(draft.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const box = Object.assign(document.createElement("div"), { className: "banner banner-info draft-offer" });
  box.setAttribute("role", "status");
  const words = Object.assign(document.createElement("div"), { className: "banner-text", textContent: `You have unsent text from ${when}.` });
  box.append(words, button("Bring it back", "", () => { box.remove(); restore(form, draft); }), button("Throw it away", "button-quiet", () => drop(form)));
  form.prepend(box);
}

/* A field may stand outside its form and name it by its form attribute. */
const draftForm = (target) => (target?.form instanceof HTMLFormElement ? target.form : target)?.closest?.("form[data-draft]");

if (owner) {
  const sent = sessionStorage.getItem(pendingKey);
  const arrival = performance.getEntriesByType("navigation")[0];
  if (sent?.startsWith(prefix) && arrival?.redirectCount > 0) localStorage.removeItem(sent);
  const offerAll = (root) => root.querySelectorAll?.("form[data-draft]").forEach(offer);
  offerAll(document);
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) offerAll(event.detail.elt.parentElement ?? document); });
  document.addEventListener("input", (event) => {
    const form = draftForm(event.target);
    if (form && !timers.has(form)) timers.set(form, setTimeout(() => save(form), 1000));
  });
  document.addEventListener("submit", (event) => {
    const form = draftForm(event.target);
    if (form) { save(form); sessionStorage.setItem(pendingKey, prefix + form.dataset.draft); }
    if (event.target.matches("[data-logout]")) Object.keys(localStorage).filter((key) => key.startsWith(prefix)).forEach((key) => localStorage.removeItem(key));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig.elt; /* the form itself may have been swapped away by now */
    if (form.matches?.("form[data-draft]") && event.detail.xhr.status >= 200 && event.detail.xhr.status < 300 && event.detail.requestConfig.verb !== "get") drop(form);
  });
  document.addEventListener("hindsight:draft-drop", (event) => drop(event.target));
  window.addEventListener("pagehide", () => [...timers.keys()].forEach(save));
}
sessionStorage.removeItem(pendingKey);
