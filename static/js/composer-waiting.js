/* What is being sent or waits for the server, as lines where they are going to stand; and taking in what came of it. */
const pictures = new Map();
const rows = new Map();
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));
const theForm = () => document.querySelector("form[data-composer]");
let last = [];
let pressed = null;

function made(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function list(form) {
  const there = document.getElementById("waiting");
  if (there) return there;
  const created = Object.assign(made("ol", "timeline composer-waiting"), { id: "waiting" });
  created.setAttribute("aria-label", "Not sent yet");
  const timeline = document.getElementById("timeline");
  const isAbove = timeline && timeline.compareDocumentPosition(form) & Node.DOCUMENT_POSITION_PRECEDING;
  if (!timeline) form.after(created);
  else if (isAbove) timeline.before(created);
  else timeline.after(created);
  return created;
}

function button(item, act, words) {
  const element = Object.assign(made("button", "button button-sm", words), { type: "button" });
  element.addEventListener("click", () => tell(act === "edit" ? "edit" : "queue-act", act === "edit" ? { item } : { id: item.id, act }));
  return element;
}

function picture(item) {
  const file = item.files.find((one) => one.type.startsWith("image/"));
  if (!file) return null;
  if (!pictures.has(item.id)) pictures.set(item.id, URL.createObjectURL(file));
  const image = made("img", "");
  image.alt = "";
  image.src = pictures.get(item.id);
  return image;
}

function state(item) {
  if (item.state === "sending") return item.files.length && item.progress ? `Sending, ${Math.round(item.progress * 100)} %` : "Sending";
  if (item.state === "refused") return `Not sent. ${item.fault}`;
  return `${item.fault || "Waiting"}. It is kept in this browser and sent when the server is back.`;
}

function line(item) {
  const row = made("li", "");
  row.dataset.item = item.id;
  const when = made("div", "entry-when");
  when.append(Object.assign(made("time", "", new Date(item.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })), { dateTime: new Date(item.at).toISOString() }));
  const body = made("div", "entry-body");
  const words = made("p", "composer-words", item.words);
  words.dir = "auto";
  const note = made("span", "");
  note.dataset.state = "";
  note.setAttribute("role", "status");
  const foot = made("div", "row small");
  foot.append(note);
  body.append(words, ...[picture(item)].filter(Boolean), foot);
  row.append(when, made("span", "entry-mark"), body);
  return row;
}

/* What can be done with it as it stands now. */
function tools(item) {
  const bar = Object.assign(made("progress", "progress"), { max: 1, value: item.progress || 0 });
  bar.setAttribute("aria-label", `${item.words}: sent so far`);
  if (item.state === "sending") return [...(item.files.length ? [bar] : []), button(item, "cancel", "Cancel")];
  return [button(item, "retry", "Try again"), ...(item.lane === "text" ? [button(item, "edit", "Edit")] : []), button(item, "cancel", "Discard")];
}

/* A row stays the same node, and so do its buttons while its state does: what is pressed or focused is not pulled away. */
function refresh(row, item) {
  const note = row.querySelector("[data-state]");
  if (note.textContent !== state(item)) note.textContent = state(item);
  if (row.dataset.shown === item.state) return;
  const isFocused = row.contains(document.activeElement);
  row.dataset.shown = item.state;
  row.className = `entry entry-waiting is-${item.state}`;
  note.className = item.state === "refused" ? "composer-refused" : "muted";
  note.parentElement.replaceChildren(note, ...tools(item));
  if (isFocused) row.querySelector("button").focus();
}

function show(items) {
  const form = theForm();
  if (!form) return;
  last = items.filter((item) => item.label === form.dataset.label);
  for (const [id, address] of pictures) if (!last.some((item) => item.id === id)) { URL.revokeObjectURL(address); pictures.delete(id); }
  for (const [id, { row, item }] of rows) if (!last.includes(item)) { row.remove(); rows.delete(id); }
  if (!last.length) { document.getElementById("waiting")?.remove(); return; }
  const place = list(form);
  last.forEach((item, at) => {
    if (!rows.has(item.id)) rows.set(item.id, { row: line(item), item });
    const { row } = rows.get(item.id);
    refresh(row, item);
    if (place.children[at] !== row) place.insertBefore(row, place.children[at] ?? null);
  });
}

/* Nothing moves under a finger that is down on a button here: what happens meanwhile is shown when it is up again, after the click. */
function calmly(act) {
  if (pressed) pressed.push(act);
  else act();
}

function release() {
  const missed = pressed ?? [];
  pressed = null;
  missed.forEach((act) => act());
}

document.addEventListener("pointerdown", ({ target }) => { if (target.closest?.("#waiting button")) pressed ??= []; });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { if (pressed) setTimeout(release); });
window.addEventListener("blur", () => release());

/* Progress touches only what moves. */
document.addEventListener("hindsight:progress", ({ detail: { item } }) => {
  const row = rows.get(item.id)?.row;
  if (!row) return;
  row.querySelector("[data-state]").textContent = state(item);
  const bar = row.querySelector("progress");
  if (bar) bar.value = item.progress;
});

const momentOf = (row) => Number(row.dataset.at ?? 0) || Date.parse(row.querySelector("time")?.dateTime ?? 0);

/* Puts lines where they belong. Whoever keeps the timeline alive may do it instead: hindsight:composed, with preventDefault(). */
function place(fragment) {
  const timeline = document.querySelector("#timeline ol.timeline");
  const rows = [...fragment.querySelectorAll("ol.timeline > li")];
  if (!timeline) { document.getElementById("timeline")?.replaceChildren(fragment.querySelector("ol.timeline")); return; }
  const newestFirst = document.getElementById("timeline").compareDocumentPosition(theForm()) & Node.DOCUMENT_POSITION_PRECEDING;
  for (const row of rows.filter((one) => one.classList.contains("entry") && !document.getElementById(one.id))) {
    const after = [...timeline.querySelectorAll(":scope > .entry")].find((other) => (newestFirst ? momentOf(other) <= momentOf(row) : momentOf(other) > momentOf(row)));
    if (after) after.before(row); else timeline.append(row);
  }
}

document.addEventListener("hindsight:queue", ({ detail }) => calmly(() => show(detail.items)));
document.addEventListener("hindsight:sent", ({ detail }) => calmly(() => arrived(detail)));
function arrived({ item, html }) {
  const form = theForm();
  if (!form || item.label !== form.dataset.label) return;
  const fragment = new DOMParser().parseFromString(html, "text/html").getElementById("composed");
  if (!fragment) return;
  fragment.querySelectorAll("[data-notice]").forEach((notice) => tell("toast", { text: notice.textContent, level: "info" }));
  const event = new CustomEvent("hindsight:composed", { detail: { fragment, hasCommands: "changed" in fragment.dataset }, cancelable: true });
  if (document.dispatchEvent(event)) place(fragment);
  const total = document.querySelector("#log .section-head .count");
  if (total && fragment.dataset.total) total.textContent = fragment.dataset.total;
  window.htmx?.process(document.getElementById("timeline"));
  if ("changed" in fragment.dataset) document.dispatchEvent(new CustomEvent("hindsight:changed"));
}
tell("queue-ask", {});
