/* What waits in the queue, on every page: a mark in the header that opens it. And forms with data-queue="label" that go through the
   queue while there is no connection: comments. What is sent within a moment never shows. */
const owner = document.body.dataset.user;
const tools = document.querySelector(".site-tools");
const quiet = 1500;
let mark = null;
let timer = 0;
let items = [];

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));
const made = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const draftKey = (item) => `hindsight:draft:${owner}:${item.draft}`;

function state({ state: now, fault }) {
  if (now === "sending") return "Sending";
  return now === "refused" ? `Not sent. ${fault}` : fault ? `Waits. ${fault}` : "Waits";
}

function button(item, act, words) {
  const element = Object.assign(made("button", "button button-sm", words), { type: "button" });
  element.addEventListener("click", (event) => { event.stopPropagation(); tell("queue-act", { id: item.id, act }); });
  return element;
}

function line(item) {
  const row = made("li", "unsent-one");
  const head = made("p", "small muted");
  const place = Object.assign(made("a", "", item.label), { href: item.page ?? item.url });
  const at = new Date(item.at);
  head.append(place, ` ${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`);
  const words = made("p", "unsent-words", item.words);
  words.dir = "auto";
  const doing = made("div", "row");
  doing.append(button(item, "retry", "Try again"), button(item, "cancel", "Discard"));
  row.append(head, words, made("p", "small muted", state(item)), doing);
  return row;
}

function frame() {
  const menu = made("details", "menu unsent");
  menu.dataset.menu = "";
  const summary = made("summary", "button button-quiet unsent-mark");
  const panel = made("div", "menu-panel unsent-panel");
  const list = made("ol", "unsent-list");
  list.setAttribute("aria-label", "Not sent yet");
  panel.append(made("p", "menu-head", "Kept in this browser and sent in order as soon as the server answers."), list);
  menu.append(summary, panel);
  tools.prepend(menu);
  return menu;
}

function draw() {
  timer = 0;
  if (!items.length) {
    if (mark?.contains(document.activeElement)) document.querySelector("[data-waiting]")?.focus();
    mark?.remove();
    mark = null;
    return;
  }
  mark ??= frame();
  mark.querySelector("summary").textContent = `${items.length} not sent`;
  const list = mark.querySelector("ol");
  /* A button that has the focus keeps it: its place is what stays. */
  const at = [...list.querySelectorAll("button")].indexOf(document.activeElement);
  list.replaceChildren(...items.map(line));
  if (at >= 0) [...list.querySelectorAll("button")][Math.min(at, items.length * 2 - 1)].focus();
}

function show(detail) {
  items = detail.items;
  if (mark || !items.length || items.some((item) => item.state === "refused" || item.fault)) {
    clearTimeout(timer);
    draw();
  } else timer ||= setTimeout(draw, quiet);
}

/* Forms that wait. The draft stays until the server has it, or comes back when it was refused. */
function keep(event) {
  const form = event.target;
  if (navigator.onLine || !form.matches?.("form[data-queue]")) return;
  const data = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  const words = form.querySelector("textarea")?.value.trim() ?? "";
  if (!words) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell("enqueue", { url: new URL(form.action).pathname, page: location.pathname, label: form.dataset.queue, words, fields: data, files: [], lane: "text", draft: form.dataset.draft ?? "" });
  form.reset();
  form.elements.once.value = fresh();
  form.dispatchEvent(new CustomEvent("hindsight:draft-drop", { bubbles: true }));
  tell("toast", { text: "No connection. It is kept in this browser and sent when the server is back.", level: "info" });
}

function refused({ item, fault }) {
  if (!item.draft) return;
  const values = item.fields.filter(([name]) => name !== "once").map(([name, value]) => [name, null, value]);
  try { localStorage.setItem(draftKey(item), JSON.stringify({ at: item.at, values })); } catch { return; }
  tell("queue-act", { id: item.id, act: "take" });
  tell("toast", { text: `Not sent: ${fault} Your text is offered again in its form.`, level: "error" });
}

if (owner && tools) {
  document.addEventListener("hindsight:queue", (event) => show(event.detail));
  document.addEventListener("submit", keep, true);
  document.addEventListener("hindsight:refused", (event) => refused(event.detail));
  document.addEventListener("hindsight:sent", ({ detail: { item } }) => {
    if (typeof item.draft !== "string") return;
    tell("toast", { text: "Sent what waited. Reload to see it here.", level: "success" });
  });
  tell("queue-ask", {});
}
