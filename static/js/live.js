/* Live: asks every few seconds what others did to this incident, and takes it in without moving what is read, written or pointed at.
   New and changed lines come as fragments; when something else changed the rest of the page is fetched and only what differs is
   touched. Out of sight it rests, without connection it asks more rarely, once the incident is closed it ends; whoever comes back to
   the page of a closed one has it asked once whether it was opened again. */
const bar = document.getElementById("live");
const lines = () => document.getElementById("timeline-lines");
const view = () => document.getElementById("timeline");
const root = document.documentElement;
const waiting = new Map();
const gapMinutes = 30;
const slowest = 60;
const comeBackMs = 60_000;
const { live = "", closed = "" } = bar?.dataset ?? {};
const address = live || closed;
let { since = "", pace = "3" } = bar?.dataset ?? {};
let who = "";
let drawn = view();
let failures = 0;
let timer = 0;
let isOver = !live;
let isClosed = Boolean(closed);
let askedAt = Date.now();
let isAsking = false;
let isUrgent = false;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));

/* What is said beside the heading. */
function say(state, words, people = []) {
  if (!bar) return;
  if (bar.dataset.state === state && bar.dataset.said === words + people.map((one) => one.textContent)) return;
  Object.assign(bar.dataset, { state, said: words + people.map((one) => one.textContent) });
  const dot = Object.assign(document.createElement("span"), { className: "live-dot" });
  dot.setAttribute("aria-hidden", "true");
  bar.replaceChildren(dot, Object.assign(document.createElement("span"), { textContent: words }), ...people);
}

function end(words, link) {
  isOver = true;
  clearTimeout(timer);
  const way = link ? [Object.assign(document.createElement("a"), { href: link.href, textContent: link.words })] : [];
  say("over", words, way);
}

/* Nothing that is read may move: what has the focus, else what is pointed at, else the first line in sight, keeps its place. */
const isInSight = (element) => { const { top, bottom } = element.getBoundingClientRect(); return bottom > 0 && top < innerHeight; };

function anchorFor(place) {
  const active = document.activeElement;
  if (active && active !== document.body && active.closest("main") && active.id !== "content" && isInSight(active)) return active;
  const pointed = matchMedia("(hover: hover)").matches ? [...document.querySelectorAll("main .entry:hover, main .step-card:hover, main form:hover")].at(-1) : null;
  if (pointed) return pointed;
  const isAbove = !place || place.getBoundingClientRect().top < 0;
  return isAbove ? [...document.querySelectorAll("main :is(.entry, .step-card, h2)")].find((one) => one.getBoundingClientRect().top >= 0 && isInSight(one)) : null;
}

function keepingPlace(place, change) {
  const anchor = anchorFor(place);
  const before = anchor?.getBoundingClientRect().top;
  root.classList.add("is-changing");
  change();
  const still = anchor?.isConnected ? anchor : anchor?.id && document.getElementById(anchor.id);
  const moved = still ? still.getBoundingClientRect().top - before : 0;
  if (moved) window.scrollBy({ top: moved, behavior: "instant" });
  requestAnimationFrame(() => root.classList.remove("is-changing"));
}

/* A link of a line that has the focus is found again in the line that takes its place. */
const links = [".entry-when a", "a.entry-correct", "a.entry-more"];
const linkIn = (line) => links.find((name) => document.activeElement?.matches(name) && line.contains(document.activeElement));

function exchange(old, line) {
  const link = linkIn(old);
  old.replaceWith(line);
  if (link) line.querySelector(link)?.focus({ preventScroll: true });
}

const isBusy = (element) => {
  const selection = document.getSelection();
  return (element.contains(document.activeElement) && !linkIn(element)) || element.querySelector("details[open].menu, form")
    || (selection && !selection.isCollapsed && selection.containsNode(element, true));
};

/* Marks of days and gaps, as the server draws them. */
const whole = { Mon: "Monday", Tue: "Tuesday", Wed: "Wednesday", Thu: "Thursday", Fri: "Friday", Sat: "Saturday", Sun: "Sunday", Jan: "January", Feb: "February", Mar: "March", Apr: "April", May: "May", Jun: "June", Jul: "July", Aug: "August", Sep: "September", Oct: "October", Nov: "November", Dec: "December" };
const dayOf = (entry) => entry.querySelector(".entry-when time")?.title.split(",")[0] ?? "";
const at = (entry) => Number(entry.dataset.at);
const isEntry = (element) => element?.matches("li.entry[data-at]");

function mark(className, words) {
  return Object.assign(document.createElement("li"), { className, textContent: words });
}

function span(minutes) {
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes % 1440 / 60), "h"], [minutes % 60, "min"]];
  const first = parts.findIndex(([count]) => count);
  return parts.slice(first, first + 2).filter(([count]) => count).map((part) => part.join(" ")).join(" ");
}

function mend(entry) {
  if (!isEntry(entry)) return;
  while (entry.previousElementSibling?.matches(".timeline-day, .timeline-gap")) entry.previousElementSibling.remove();
  const before = entry.previousElementSibling;
  const minutes = before && !view().dataset.part ? Math.floor(Math.abs(at(entry) - at(before)) / 6e7) : 0;
  if (minutes >= gapMinutes) entry.before(mark("timeline-gap", `${span(minutes)} without an entry`));
  if (!before || dayOf(before) !== dayOf(entry)) entry.before(mark("timeline-day", dayOf(entry).split(" ").map((word) => whole[word] ?? word).join(" ")));
}

const nextEntry = (entry) => { let next = entry.nextElementSibling; while (next && !isEntry(next)) next = next.nextElementSibling; return next; };
const isLater = (one, other) => at(one) > at(other) || (at(one) === at(other) && Number(one.id.slice(6)) > Number(other.id.slice(6)));

/* Where a line belongs; null where this page does not reach. */
function put(line) {
  const isNewest = view().dataset.order === "newest";
  const all = [...lines().children].filter(isEntry);
  const after = all.find((other) => (isNewest ? isLater(line, other) : isLater(other, line)));
  if (after && after === all[0] && "hasLess" in view().dataset) return false;
  if (!after && "hasMore" in view().dataset) return false;
  keepingPlace(after ?? lines(), () => {
    if (after) { while (after.previousElementSibling?.matches(".timeline-day, .timeline-gap")) after.previousElementSibling.remove(); after.before(line); } else lines().append(line);
    mend(line);
    mend(nextEntry(line));
  });
  view().querySelector(".timeline-empty")?.remove();
  return true;
}

function take(line, isOwn) {
  const there = document.getElementById(line.id);
  if (there && isOwn) tell("line-own", { line: there });
  if (!there) {
    if (put(line) && !isOwn) tell("line-new", { line });
  } else if (there.dataset.v !== line.dataset.v) {
    if (isBusy(there)) { waiting.set(line.id, { line, there }); return; }
    const following = nextEntry(there);
    if (there.dataset.at === line.dataset.at) keepingPlace(there, () => exchange(there, line));
    else {
      const link = linkIn(there);
      keepingPlace(there, () => { there.remove(); mend(following); });
      put(line);
      if (link) line.querySelector(link)?.focus({ preventScroll: true });
    }
  }
  waiting.delete(line.id);
  if (line.isConnected) window.htmx?.process(line);
}

/* The rest of the page: only what differs is touched; what somebody types in, points into or opened is left. */
const isTouched = (form) => form.contains(document.activeElement) || [...form.elements].some((field) => field.type !== "hidden" && field.name
  && (field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : "defaultValue" in field && field.value !== field.defaultValue));

function isKept(element) {
  return element.id === "log" || element.id === "live-news" || element.matches("dialog[open], [hx-trigger][hx-get], [data-live-keep], .is-dragged, .draft-offer")
    || (element.matches("form") && isTouched(element)) || (element.matches("input, textarea, select") && element.type !== "hidden" && element === document.activeElement);
}

function sameAttributes(old, now) {
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name) && name !== "open" && !name.startsWith("data-said")) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
  if (old.type === "hidden") old.value = now.value;
}

function morph(old, now) {
  if (isKept(old) || old.isEqualNode(now)) return;
  sameAttributes(old, now);
  const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const fresh of [...now.childNodes]) {
    const known = fresh.id && named.get(fresh.id);
    if (known && known !== place) old.insertBefore(known, place);
    const one = known || place;
    const isMatch = one && one.nodeType === fresh.nodeType && one.nodeName === fresh.nodeName && (one.id ?? "") === (fresh.id ?? "");
    if (!isMatch) { old.insertBefore(document.importNode(fresh, true), place); continue; }
    place = one.nextSibling;
    if (one.nodeType === Node.ELEMENT_NODE) morph(one, fresh);
    else if (one.data !== fresh.data) one.data = fresh.data;
  }
  while (place) {
    const next = place.nextSibling;
    if (!(place.nodeType === Node.ELEMENT_NODE && isKept(place))) place.remove();
    place = next;
  }
}

async function drawAnew() {
  const url = new URL(location.href);
  url.searchParams.set("lines", "0");
  url.hash = "";
  const response = await fetch(url, { headers: { Accept: "text/html" } });
  if (!response.ok || new URL(response.url).pathname !== location.pathname) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = document.querySelector("main");
  const fresh = page.querySelector("main");
  if (!fresh) return;
  keepingPlace(null, () => morph(main, fresh));
  document.title = page.title;
  window.htmx?.process(main);
  tell("drawn");
}

/* What a command of this page did is shown also where no news is asked for any more: the closed incident may be open again. */
function changed() {
  isOver = !address;
  isClosed = false;
  isUrgent = isAsking;
  ask();
}

/* Whoever comes back to a closed incident learns what was added, and that it was opened again: at most one request a minute. */
function comeBack() {
  if (!isClosed || document.hidden || Date.now() - askedAt < comeBackMs) return;
  isOver = false;
  ask();
}

/* Asking. */
async function takeIn(html) {
  const news = new DOMParser().parseFromString(html, "text/html").getElementById("news");
  if (!news) return;
  for (const line of [...news.querySelectorAll("#news-lines > li.entry")]) if (lines()) take(document.importNode(line, true), false);
  if (news.dataset.total) document.getElementById("timeline-total").textContent = news.dataset.total;
  ({ since, who } = news.dataset);
  say("on", "Live", [...(news.querySelector("#live-who")?.childNodes ?? [])].map((node) => document.importNode(node, true)));
  if (news.dataset.moved) end("Merged into another incident.", { href: news.dataset.moved, words: "Go there" });
  if ("tooMuch" in news.dataset && window.htmx) window.htmx.ajax("GET", `${location.pathname}?${view().dataset.part}&order=${view().dataset.order}`, { target: "#timeline", swap: "outerHTML" });
  if ("page" in news.dataset) await drawAnew();
}

const endings = {
  404: ["This incident is not shared with you any more, or is gone. What you typed is still here."],
  286: ["Closed. News are fetched when you come back to this page."],
};

/* What an answer says of the incident; true where nothing is left to ask. A closed one that could not be asked stays closed. */
function heard(status) {
  const wasClosed = isClosed;
  isClosed = !isOver && (status === 286 || (wasClosed && ![200, 204, 404].includes(status)));
  if (endings[status] && !isOver) end(...endings[status]);
  isOver ||= isClosed;
  if (wasClosed && !isOver) tell("toast", { text: "The incident was opened again.", level: "info" });
  return isOver;
}

async function ask() {
  clearTimeout(timer);
  if (isOver || isAsking || document.hidden) return;
  isAsking = true;
  askedAt = Date.now();
  let status = 0;
  /* The state names the lines that came last; a timeline that was put in place of another may not have them. */
  if (drawn !== view()) since = since.split(".", 3).join(".");
  drawn = view();
  try {
    const query = new URLSearchParams(view()?.dataset.part ?? "");
    query.set("since", since);
    query.set("who", who);
    const response = await fetch(`${address}?${query}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(20000) });
    status = response.status;
    if (status === 200 || status === 286) await takeIn(await response.text());
  } catch { status ||= 0; }
  isAsking = false;
  /* A line that was exchanged meanwhile, by who saved it here, is newer than what waits for it. */
  for (const { line, there } of [...waiting.values()]) if (there.isConnected) take(line, false); else waiting.delete(line.id);
  if (heard(status)) return;
  if (status === 200 || status === 204) { failures = 0; if (bar?.dataset.state !== "on") say("on", "Live"); } else failures += 1;
  if (status === 401) { failures = Math.max(failures, 3); say("waiting", "Signed out: news wait until you sign in again."); } else if (failures > 1) say("waiting", "No connection. Trying again.");
  const wait = isUrgent ? 0 : failures ? Math.min(slowest, pace * 2 ** failures) : Number(pace);
  isUrgent = false;
  timer = setTimeout(ask, wait * 1000 * (0.9 + Math.random() * 0.2));
}

if (address) {
  if (!isClosed) {
    say("on", "Live");
    timer = setTimeout(ask, 400);
  }
  for (const kind of ["focus", "pointerdown", "keydown"]) window.addEventListener(kind, comeBack);
  document.addEventListener("visibilitychange", comeBack);
  document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(timer); else ask(); });
  window.addEventListener("online", () => { failures = 0; ask(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { ask(); comeBack(); } });
  window.addEventListener("pagehide", () => {
    if (isOver) return;
    const data = new FormData();
    data.set("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
    navigator.sendBeacon(address.replace(/live\/$/, "leave/"), data);
  });
}
document.addEventListener("hindsight:changed", changed);
document.addEventListener("hindsight:composed", (event) => {
  if (!lines()) return;
  event.preventDefault();
  for (const line of [...event.detail.fragment.querySelectorAll("ol.timeline > li.entry")]) take(document.importNode(line, true), true);
});
