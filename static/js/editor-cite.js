/* Completion of references: [[ opens a list of what the incident holds (arrows, Enter or Tab, Escape), in every text of
   a form that says where that list is (data-citable). */
const listbox = document.getElementById("cite-list") ?? made();
const typed = /\[\[([^[\]\n]{0,60})$/;
let field = null, timer = 0, asked = 0;

function made() {
  const list = Object.assign(document.createElement("ul"), { className: "pm-cite-list", id: "cite-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "What can be cited");
  return list;
}

const takes = (element) => element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && element.type === "text");
const options = () => [...listbox.children];
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");
const query = () => field.value.slice(0, field.selectionStart).match(typed)?.[1] ?? null;

function close() {
  if (!field) return;
  listbox.hidden = true;
  listbox.replaceChildren();
  ["role", "aria-expanded", "aria-controls", "aria-activedescendant", "aria-autocomplete"].forEach((name) => field.removeAttribute(name));
  asked += 1;
}

function choose(option) {
  options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function open(items) {
  listbox.replaceChildren(...items);
  if (!items.length) { close(); return; }
  (field.closest(".field") ?? field.parentElement).append(listbox);
  listbox.hidden = false;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "cite-list");
  choose(items[0]);
}

async function ask() {
  const words = query();
  if (words === null) { close(); return; }
  const turn = ++asked;
  try {
    const answer = await fetch(`${field.form.dataset.citable}?q=${encodeURIComponent(words)}`, { headers: { "HX-Request": "true" }, redirect: "manual" });
    if (turn !== asked || !answer.ok) return;
    const list = new DOMParser().parseFromString(`<ul>${await answer.text()}</ul>`, "text/html").querySelector("ul");
    if (turn === asked) open([...list.children]);
  } catch { /* no connection: no list */ }
}

function complete(option) {
  const end = field.selectionStart;
  const start = end - query().length - 2;
  const after = field.value.slice(end).startsWith("]]") ? 2 : 0;
  field.focus();
  field.setSelectionRange(start, end + after);
  if (!document.execCommand("insertText", false, option.dataset.token)) {
    field.setRangeText(option.dataset.token, start, end + after, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  close();
}

function keyed(event) {
  const all = options();
  const now = all.indexOf(chosen());
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(all[(now + step + all.length) % all.length]);
  else if (event.key === "Escape") close();
  else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !event.ctrlKey && !event.metaKey)) complete(all[now] ?? all[0]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("input", (event) => {
  if (!event.target.form?.dataset.citable || !takes(event.target)) return;
  if (field && field !== event.target) close();
  field = event.target;
  clearTimeout(timer);
  if (query() === null) close(); else timer = setTimeout(ask, 120);
});
document.addEventListener("keydown", (event) => { if (event.target === field && !listbox.hidden && !event.isComposing) keyed(event); }, true);
document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
listbox.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) { event.preventDefault(); complete(option); }
});
