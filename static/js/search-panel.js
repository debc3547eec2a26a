/* The panel below the search box: suggestions and first results while somebody types. A comfort: without it Enter still
   searches. The newest question wins, older ones are called off; what is shown stays until the next answer is there.
   Recent searches live in this browser alone, per person, and go at sign-out. Several pasted lines are sent at once. */
const user = document.body.dataset.user;
const form = document.querySelector(".site-search");
const input = form?.querySelector('input[name="q"]');
const recentKey = `hindsight:recent:${user}`;
const mostRecent = 10;
const waitMs = 120;

const readRecent = () => {
  try { return JSON.parse(localStorage.getItem(recentKey)) ?? []; } catch { return []; }
};

function remember(query) {
  const kept = [query, ...readRecent().filter((other) => other !== query)].slice(0, mostRecent);
  try { localStorage.setItem(recentKey, JSON.stringify(kept)); } catch { /* storage is full or refused: nothing to recall */ }
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function option(id, data, ...children) {
  const element = make("div", { className: "search-option", id }, ...children);
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  Object.assign(element.dataset, data);
  return element;
}

function setUp() {
  const list = make("div", { id: "search-options", className: "search-options" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions and results");
  const hint = make("p", { className: "search-keys", textContent: "↑ ↓ to choose, Enter to open, Esc to close. Type ? for everything that can be asked." });
  const said = make("p", { className: "visually-hidden" });
  said.setAttribute("role", "status");
  const panel = make("div", { className: "search-panel", hidden: true }, list, hint);
  form.append(panel, said);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let running = null;
  let timer = 0;
  let shownFor = null;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const active = () => list.querySelector('[aria-selected="true"]');

  function choose(element) {
    active()?.setAttribute("aria-selected", "false");
    if (element) {
      element.setAttribute("aria-selected", "true");
      element.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", element.id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function open() {
    panel.hidden = !list.childElementCount;
    input.setAttribute("aria-expanded", String(!panel.hidden));
  }

  function close() {
    clearTimeout(timer);
    running?.abort();
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(null);
  }

  function showRecent() {
    const recent = readRecent();
    list.replaceChildren();
    if (recent.length) {
      const group = make("div", {});
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", "Recent searches");
      recent.forEach((query, at) => group.append(option(`search-option-h${at}`, { href: `${form.action}?${new URLSearchParams({ q: query })}` }, make("bdi", { className: "mono", textContent: query }))));
      group.append(option("search-option-forget", { forget: "1" }, make("span", { className: "faint", textContent: "Forget these" })));
      list.append(group);
    }
    shownFor = "";
    choose(null);
    open();
  }

  async function ask() {
    const query = input.value;
    if (query.trim() === "?") { showHelp(); return; }
    if (!query.trim()) { running?.abort(); showRecent(); return; }
    if (query === shownFor) { open(); return; }
    running?.abort();
    const own = running = new AbortController();
    try {
      const answer = await fetch(`${form.action}suggest/?${new URLSearchParams({ q: query })}`, { signal: own.signal, headers: { "HX-Request": "true" } });
      const html = answer.ok ? await answer.text() : "";
      if (own.signal.aborted || document.activeElement !== input) return;
      choose(null);
      list.innerHTML = html;
      shownFor = query;
      open();
      const records = list.querySelectorAll(".search-option-record").length;
      said.textContent = records === 1 ? "1 record" : `${records} records`;
    } catch { /* called off, or no connection: Enter still searches */ }
  }

  async function showHelp() {
    close();
    input.value = "";
    let dialog = document.getElementById("search-help-dialog");
    if (!dialog) {
      const answer = await fetch(`${form.action}help/`, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok) return;
      const body = make("div", { className: "dialog-body", innerHTML: await answer.text() });
      const title = make("h2", { id: "search-help-title", textContent: "What can be searched for" });
      const done = make("button", { className: "button button-sm", type: "button", textContent: "Close" });
      dialog = make("dialog", { className: "dialog dialog-wide", id: "search-help-dialog" }, make("div", { className: "dialog-head" }, title, done), body);
      dialog.setAttribute("aria-labelledby", title.id);
      done.addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => input.focus());
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
  }

  function act(element) {
    if (element.dataset.href) location.assign(element.dataset.href);
    else if (element.dataset.forget) { localStorage.removeItem(recentKey); close(); }
    else {
      input.value = element.dataset.fill;
      shownFor = null;
      ask();
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, waitMs);
  }

  /* Whoever types on means what stands in the box, no longer what was chosen below it. */
  input.addEventListener("input", () => { choose(null); later(); });
  input.addEventListener("focus", () => { if (!input.value) showRecent(); else if (input.value === shownFor) open(); });
  input.addEventListener("click", () => { if (panel.hidden) ask(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden) { ask(); return; }
      /* Nothing changes under a choice: what is shown now stays. */
      clearTimeout(timer);
      running?.abort();
      const all = options();
      const now = all.indexOf(active());
      const next = event.key === "ArrowDown" ? now + 1 : (now < 0 ? all.length : now) - 1;
      choose(all[next] ?? null);
    } else if (event.key === "Enter" && !panel.hidden && active()) {
      event.preventDefault();
      act(active());
    } else if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  /* Pressing must not take the focus from the box, or the panel would close before the click. */
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  panel.addEventListener("click", (event) => {
    const chosen = event.target.closest('[role="option"]');
    if (chosen && chosen.dataset.href && (event.ctrlKey || event.metaKey)) window.open(chosen.dataset.href, "_blank", "noopener");
    else if (chosen) act(chosen);
  });
  /* A box of one line drops line ends; a trace is several lines, so it goes to the page as it is. */
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!text.trim().includes("\n")) return;
    event.preventDefault();
    const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
    const area = make("textarea", { name: "q", value: text });
    const sent = make("form", { method: "post", action: form.action, hidden: true }, area, make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: token }));
    document.body.append(sent);
    sent.submit();
  });
  form.addEventListener("submit", close);
}

if (user && input) {
  setUp();
  const searched = document.querySelector("[data-searched]")?.dataset.searched;
  if (searched) remember(searched);
  document.addEventListener("submit", (event) => { if (event.target.matches("[data-logout]")) localStorage.removeItem(recentKey); });
}
