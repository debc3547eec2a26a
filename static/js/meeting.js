/* Reading together: keys turn the pages, one page is swapped for the next, the screen may be filled, a timer may run. */
const room = document.getElementById("meeting");
const timer = { from: 0, tick: 0 };

const pageOf = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

async function go(url, { push = true } = {}) {
  let page;
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    page = await pageOf(answer);
  } catch {
    location.assign(url);
    return;
  }
  if (!swap(page)) { location.assign(url); return; }
  if (push) history.pushState({}, "", url);
  scrollTo(0, 0);
  room.scrollTop = 0;
  room.querySelector("#slide-title")?.focus({ preventScroll: true });
}

/* What is written in the meeting is sent without leaving it: the screen stays full, the timer runs, the place stays. */
async function send(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.sending) return;
  event.preventDefault();
  form.dataset.sending = "1";
  const data = new FormData(form, event.submitter);
  let answer, page;
  try {
    answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" }, credentials: "same-origin" });
    page = await pageOf(answer);
  } catch { /* no connection: the plain way says so, and keeps what was typed */ }
  const at = [document.fullscreenElement?.scrollTop ?? scrollY, scrollX];
  if (!page || !swap(page)) { form.submit(); return; }
  if (answer.redirected) history.replaceState({}, "", answer.url);
  (document.fullscreenElement ?? window).scrollTo(at[1], at[0]);
  const place = room.querySelector("[data-autofocus], [aria-invalid='true']") ?? document.getElementById(new URL(answer.url).hash.slice(1));
  place?.setAttribute("tabindex", place.getAttribute("tabindex") ?? "-1");
  place?.focus();
  place?.scrollIntoView({ block: "nearest" });
}

function swap(page) {
  const next = page.getElementById("meeting");
  if (!next) return false;
  const clock = room.querySelector("[data-timer]");
  room.replaceChildren(...next.childNodes);
  // The timer goes on where it was asked for; every section begins at nought.
  if (clock) room.querySelector("[data-timer]")?.replaceWith(clock);
  if (timer.tick) timer.from = Date.now();
  show();
  document.title = page.title;
  window.htmx?.process(room);
  document.dispatchEvent(new CustomEvent("hindsight:turned"));
  return true;
}

function isTyping(target) { return target.closest?.("input, textarea, select, [contenteditable], dialog[open]"); }

function turn(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
  const pressable = event.target.closest?.("a, button, summary, [role='region'][tabindex]");
  const places = [...room.querySelectorAll(".pm-meet-places a")];
  const link = {
    ArrowRight: room.querySelector("[rel='next']"),
    ArrowLeft: room.querySelector("[rel='prev']"),
    PageDown: room.querySelector("[rel='next']"),
    PageUp: room.querySelector("[rel='prev']"),
    Home: places[0],
    End: places.at(-1),
  }[event.key];
  if (event.key === "f" && !event.repeat) { fill(); return; }
  if (event.key === " " && !pressable) {
    // Space reads on first, and turns the page at its end.
    const box = document.fullscreenElement ?? document.documentElement;
    const isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    const isAtStart = box.scrollTop <= 4;
    const to = event.shiftKey ? isAtStart && room.querySelector("[rel='prev']") : isAtEnd && room.querySelector("[rel='next']");
    if (to) { event.preventDefault(); go(to.href); }
    return;
  }
  // A box of code scrolls sideways with the arrows.
  if (!link || (event.key.startsWith("Arrow") && pressable?.matches("[role='region']"))) return;
  event.preventDefault();
  if (link.href !== location.href) go(link.href);
}

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else room.requestFullscreen?.().catch(() => {});
}

function show() {
  const shown = room.querySelector("[data-timer-shown]");
  if (!shown || !timer.tick) return;
  const seconds = Math.floor((Date.now() - timer.from) / 1000);
  shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function click(event) {
  const link = event.target.closest?.(".pm-meet-nav a[href*='?at=']");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) { event.preventDefault(); go(link.href); return; }
  if (event.target.closest?.("[data-fullscreen]")) fill();
  const start = event.target.closest?.("[data-timer-start]");
  if (!start) return;
  if (timer.tick) { clearInterval(timer.tick); timer.tick = 0; start.querySelector("[data-timer-shown]").textContent = "Timer"; return; }
  timer.from = Date.now();
  timer.tick = setInterval(show, 1000);
  show();
}

if (room) {
  document.addEventListener("keydown", turn);
  room.addEventListener("click", click);
  room.addEventListener("submit", send);
  addEventListener("popstate", () => go(location.href, { push: false }));
}
