/* Comforts of the timeline over links that work without them: parts without a reload, the menu of a line, correcting in place,
   copying as Markdown. */
const address = (line) => line.querySelector(".entry-more").getAttribute("href");
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const toast = (text, level) => document.dispatchEvent(new CustomEvent("hindsight:toast", { detail: { text, level } }));
const canWrite = () => Boolean(document.querySelector("form[data-composer], #composer"));
const before = new WeakMap();

async function copy(text) {
  const button = Object.assign(document.createElement("button"), { type: "button", hidden: true });
  button.dataset.copyText = text;
  document.body.append(button);
  button.click(); /* copy.js knows how, also without TLS */
  button.remove();
}

async function copyFrom(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "text/markdown" } });
    if (!response.ok) throw new Error(String(response.status));
    await copy(await response.text());
  } catch { toast("It could not be fetched. Try again in a moment.", "error"); }
}

/* Parts: everything, the story, one kind. */
async function show(url) {
  const asked = new URL(url, location.href);
  asked.hash = "";
  const hadFocus = document.activeElement?.closest("#timeline");
  await window.htmx.ajax("GET", asked.pathname + asked.search, { target: "#timeline", swap: "outerHTML" });
  if (hadFocus && document.activeElement === document.body) document.querySelector("#timeline :is(.button-group a[data-part][aria-current], .menu > .is-on)")?.focus({ preventScroll: true });
}

/* The menu of a line is made when it is asked for. */
function item(words, act) {
  const element = Object.assign(document.createElement(typeof act === "string" ? "a" : "button"), { className: "menu-item", textContent: words });
  if (typeof act === "string") element.href = act;
  else { element.type = "button"; element.addEventListener("click", act); }
  return element;
}

async function pin(line, isKey) {
  const body = new URLSearchParams({ is_key: isKey ? "1" : "0", csrfmiddlewaretoken: token() });
  const response = await fetch(`${address(line)}key/`, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (!response.ok) { toast("It was not pinned. Try again in a moment.", "error"); return; }
  swap(line, await response.text());
}

function swap(line, html) {
  const fresh = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelector("li.entry");
  if (!fresh) return;
  const row = document.importNode(fresh, true);
  line.replaceWith(row);
  window.htmx.process(row);
  row.querySelector(".entry-more")?.focus({ preventScroll: true });
}

function quote(line) {
  const box = document.querySelector("#composer textarea[name=body]");
  const said = line.querySelector(".prose")?.innerText ?? line.querySelector(".entry-head").innerText;
  const who = line.querySelector(".entry-author")?.textContent;
  const when = line.querySelector(".entry-when time").textContent;
  const link = `${location.pathname}?entry=${line.id.slice(6)}#${line.id}`;
  const text = `${said.trim().split("\n").map((words) => `> ${words}`.trimEnd()).join("\n")}\n>\n> — [${[who, when].filter(Boolean).join(", ")}](${link})\n\n`;
  box.value = box.value.trim() ? `${box.value.trimEnd()}\n\n${text}` : text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

function openMenu(link) {
  const line = link.closest(".entry");
  const menu = Object.assign(document.createElement("details"), { className: "menu" });
  menu.dataset.menu = "";
  const summary = Object.assign(document.createElement("summary"), { className: link.className });
  summary.setAttribute("aria-label", link.getAttribute("aria-label"));
  summary.append(...link.childNodes);
  const panel = Object.assign(document.createElement("div"), { className: "menu-panel" });
  const isKey = line.classList.contains("is-key");
  const permalink = `${location.pathname}?entry=${line.id.slice(6)}#${line.id}`;
  if (canWrite()) panel.append(item(isKey ? "No longer a key moment" : "Pin as key moment", () => pin(line, !isKey)), item("Quote", () => { menu.open = false; quote(line); }));
  panel.append(
    item("Copy as Markdown", () => { menu.open = false; copyFrom(link.getAttribute("href").replace(/\/$/, ".md")); }),
    item("Copy the link", () => { menu.open = false; copy(new URL(permalink, location.href).href); }),
    item("Its corrections", link.getAttribute("href")),
  );
  if (canWrite()) panel.append(item("Redact…", `${link.getAttribute("href")}redact/`));
  menu.append(summary, panel);
  link.hidden = true;
  link.after(menu);
  menu.open = true;
  summary.focus({ preventScroll: true });
  menu.addEventListener("toggle", () => {
    if (menu.open) return;
    const hadFocus = menu.contains(document.activeElement);
    link.append(...summary.childNodes);
    link.hidden = false;
    menu.remove();
    if (hadFocus) link.focus({ preventScroll: true });
  });
}

/* Correcting in place. */
async function correct(link) {
  const body = link.closest(".entry-body");
  if (!body || body.querySelector(".entry-form")) return;
  const there = [...body.childNodes];
  await window.htmx.ajax("GET", link.getAttribute("href"), { target: body, swap: "innerHTML" });
  const form = body.querySelector(".entry-form");
  if (!form) return;
  before.set(body, there);
  const box = form.querySelector("textarea");
  box?.focus({ preventScroll: true });
  box?.setSelectionRange(box.value.length, box.value.length);
}

function isChanged(form) {
  return [...form.elements].some((field) => (field.tagName === "SELECT" ? !field.selectedOptions[0]?.defaultSelected : field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue));
}

function cancel(form) {
  const body = form.closest(".entry-body");
  if (!body || !before.has(body)) return false;
  body.replaceChildren(...before.get(body));
  before.delete(body);
  body.querySelector(".entry-correct")?.focus({ preventScroll: true });
  return true;
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest?.("a[data-part], a[data-copy-from], a[data-copy-link], a.entry-more, a.entry-correct, a[data-entry-cancel]");
  if (!link || !window.htmx) return;
  if (link.matches("[data-entry-cancel]")) { if (cancel(link)) event.preventDefault(); return; }
  const line = link.closest(".entry");
  if (link.matches(".entry-more, .entry-correct") && !line?.closest("#timeline")) return;
  event.preventDefault();
  if (link.matches("[data-part]")) { history.pushState({ part: true }, "", link.href); show(link.href); }
  else if (link.matches("[data-copy-from]")) { link.closest("details")?.removeAttribute("open"); copyFrom(link.href); }
  else if (link.matches("[data-copy-link]")) copy(link.href);
  else if (link.matches(".entry-more")) openMenu(link);
  else correct(link);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-entry-edit]");
  if (!form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  if (event.key === "Escape" && !isChanged(form) && cancel(form)) event.preventDefault();
});
/* Who saved a line by keyboard goes on from that line. */
let corrected = "";
document.addEventListener("submit", ({ target }) => { if (target.matches("form[data-entry-edit]")) corrected = target.closest("#timeline .entry")?.id ?? ""; }, true);
document.addEventListener("htmx:afterSettle", () => {
  const line = corrected && document.getElementById(corrected);
  if (!line || line.querySelector("form[data-entry-edit]")) return;
  corrected = "";
  if (document.activeElement === document.body) line.querySelector(".entry-correct")?.focus({ preventScroll: true });
});
window.addEventListener("popstate", () => { if (document.getElementById("timeline") && !location.hash.startsWith("#entry-")) show(location.href); });
