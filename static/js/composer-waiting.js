/* What is being sent or waits for the server, as lines where they are going to stand; and taking in what came of it. */
const pictures = new Map();
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));
const theForm = () => document.querySelector("form[data-composer]");
let last = [];

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
  const row = made("li", `entry entry-waiting is-${item.state}`);
  row.dataset.item = item.id;
  const when = made("div", "entry-when");
  when.append(Object.assign(made("time", "", new Date(item.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })), { dateTime: new Date(item.at).toISOString() }));
  const body = made("div", "entry-body");
  const words = made("p", "composer-words", item.words);
  words.dir = "auto";
  const foot = made("div", "row small");
  const note = made("span", item.state === "refused" ? "composer-refused" : "muted", state(item));
  note.dataset.state = "";
  note.setAttribute("role", "status");
  foot.append(note);
  if (item.files.length && item.state === "sending") {
    const bar = Object.assign(made("progress", "progress"), { max: 1, value: item.progress || 0 });
    bar.setAttribute("aria-label", `${item.words}: sent so far`);
    foot.append(bar);
  }
  if (item.state !== "sending") {
    foot.append(button(item, "retry", "Try again"));
    if (item.lane === "text") foot.append(button(item, "edit", "Edit"));
  }
  foot.append(button(item, "cancel", item.state === "sending" ? "Cancel" : "Discard"));
  body.append(words, ...[picture(item)].filter(Boolean), foot);
  row.append(when, made("span", "entry-mark"), body);
  return row;
}

function show(items) {
  const form = theForm();
  if (!form) return;
  last = items.filter((item) => item.label === form.dataset.label);
  for (const [id, address] of pictures) if (!last.some((item) => item.id === id)) { URL.revokeObjectURL(address); pictures.delete(id); }
  if (!last.length) { document.getElementById("waiting")?.remove(); return; }
  const focused = document.activeElement?.closest?.("[data-item]")?.dataset.item;
  const place = list(form);
  place.replaceChildren(...last.map(line));
  if (focused) place.querySelector(`[data-item="${focused}"] button`)?.focus();
}

/* Progress touches only what moves. */
document.addEventListener("hindsight:progress", ({ detail: { item } }) => {
  const row = document.querySelector(`[data-item="${item.id}"]`);
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

document.addEventListener("hindsight:queue", ({ detail }) => show(detail.items));
document.addEventListener("hindsight:sent", ({ detail: { item, html } }) => {
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
});
tell("queue-ask", {});
