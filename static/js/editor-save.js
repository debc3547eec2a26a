/* Saves each section of a postmortem by itself, at most two seconds after it was typed. What could not be sent is said, stays in this
   browser as a draft (draft.js) and is sent when the server is back; what somebody else changed meanwhile is settled in place. */
const form = document.getElementById("sections");
const quiet = 1200, longest = 2000, again = 10000;
const timers = new Map(), since = new Map(), sent = new Map();
const fields = () => [...form.elements].filter((field) => field.name?.startsWith("body_"));
const keyOf = (field) => field.name.slice(5);
const fieldOf = (key) => form.elements[`body_${key}`];
const saver = (key) => document.getElementById(`saver-${key}`);
const trouble = (key) => document.getElementById(`trouble-${key}`);
const conflict = (key) => trouble(key)?.querySelector("[data-conflict]");
const isDirty = (field) => field.value !== field.defaultValue;
const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function say(key, words, state) {
  const note = document.getElementById(`note-${key}`);
  if (!note) return;
  note.textContent = words;
  note.dataset.state = state;
}

function mark(field) {
  field.closest(".pm-section")?.classList.toggle("is-unsaved", isDirty(field));
}

function schedule(key, wait) {
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => save(key), wait));
}

function save(key) {
  clearTimeout(timers.get(key));
  timers.delete(key);
  since.delete(key);
  const field = fieldOf(key);
  if (!field || !isDirty(field) || conflict(key)) return;
  if (!navigator.onLine) { waiting(key, "No connection."); return; }
  window.htmx.trigger(saver(key), "save-section");
}

function waiting(key, why) {
  say(key, `${why} Your text is kept in this browser and is sent when it is back.`, "bad");
  schedule(key, again);
}

function saved(key) {
  const field = fieldOf(key);
  field.defaultValue = sent.get(key) ?? field.value;
  mark(field);
  if (isDirty(field)) schedule(key, quiet);
  else say(key, `Saved ${clock()}`, "good");
  if (!fields().some(isDirty)) form.dispatchEvent(new CustomEvent("hindsight:draft-drop", { bubbles: true }));
}

function base(key, version) {
  const input = form.elements[`base_${key}`];
  if (input) input.value = version;
}

function write(field, text) {
  field.focus();
  field.select();
  /* So that one can undo it. */
  if (!document.execCommand("insertText", false, text)) field.value = text;
}

function settle(button) {
  const box = button.closest("[data-conflict]");
  const key = box.dataset.conflict;
  const field = fieldOf(key);
  const theirs = box.querySelector("[data-theirs]").value;
  base(key, box.dataset.version);
  trouble(key).replaceChildren();
  if (button.dataset.settle === "both") write(field, `${field.value.trimEnd()}\n\n${theirs}`);
  if (button.dataset.settle === "theirs") {
    write(field, theirs);
    field.defaultValue = field.value;
    say(key, `Theirs is in the box. Undo (Ctrl Z) brings yours back.`, "good");
  }
  mark(field);
  save(key);
  field.focus();
}

if (form) {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.form !== form || !field.name?.startsWith("body_")) return;
    const key = keyOf(field);
    mark(field);
    if (!isDirty(field) || conflict(key)) return;
    if (!since.has(key)) since.set(key, Date.now());
    say(key, "", "");
    schedule(key, Math.max(0, Math.min(quiet, since.get(key) + longest - Date.now())));
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const key = event.target.dataset?.saver;
    if (key) { sent.set(key, fieldOf(key).value); say(key, "Saving…", ""); }
    else if (event.target === form) for (const field of fields()) sent.set(keyOf(field), field.value);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    /* htmx calls every answer successful that it shows, a conflict too. */
    const isSaved = xhr.status >= 200 && xhr.status < 300;
    if (event.target === form && (isSaved || xhr.getResponseHeader("X-Hindsight-Saved") === "yes")) fields().forEach((field) => saved(keyOf(field)));
    const key = event.target.dataset?.saver;
    if (!key) return;
    if (isSaved) saved(key);
    else if (xhr.status === 409) say(key, "Not saved: somebody else changed this section. See below.", "bad");
    else if (xhr.status === 422) say(key, "Not saved.", "bad");
    else if (xhr.status === 401) say(key, "Signed out. Your text stays here and is saved when you have signed in.", "bad");
    else waiting(key, xhr.status ? "The server did not take it." : "No connection.");
  });
  document.addEventListener("click", (event) => { const button = event.target.closest?.("[data-settle]"); if (button) settle(button); });
  window.addEventListener("online", () => fields().filter(isDirty).forEach((field) => save(keyOf(field))));
  /* A tab that is left: what is still waiting goes now. */
  document.addEventListener("visibilitychange", () => { if (document.hidden) [...timers.keys()].forEach(save); });
  fields().forEach(mark);
}
