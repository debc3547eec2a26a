/* Single keys: whatever carries data-shortcut="<key>" is focused (fields) or clicked (the rest); g then a letter goes where the
   help says (data-go); j and k walk through rows and lines; e corrects the one that is focused; Ctrl+Enter sends the form.
   Silent while somebody types, and when the person switched single keys off (keys.js). */
let goingUntil = 0;
const rowLinks = ".dense-title a, a.dense-title, .result-title a, [data-row] a, .timeline > .entry .entry-when a";
const rowBoxes = ".entry, .result, [data-row], .dense > li, .dense-row";

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function takesText(target) {
  return isTyping(target) && !/^(checkbox|radio|button|submit|file)$/.test(target.type);
}

function visible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function showHelp() {
  const help = document.getElementById("shortcuts");
  if (help && !help.open) help.showModal();
}

function press(key) {
  if (key === "?") { showHelp(); return true; }
  const target = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(key)}"]`)].find(visible);
  if (!target) return false;
  if (isTyping(target)) { target.focus(); target.select?.(); }
  else target.click();
  return true;
}

function compose() {
  const box = document.querySelector("#composer textarea[name=body]");
  if (!box) return false;
  box.focus();
  box.scrollIntoView({ block: "nearest" });
  return true;
}

/* The row that holds the focus, and its own link. */
function focusedRow() {
  return document.activeElement?.closest(rowBoxes);
}

function walk(step) {
  const rows = [...document.querySelectorAll(rowLinks)].filter(visible);
  if (!rows.length) return false;
  const box = focusedRow();
  const now = rows.findIndex((row) => row === document.activeElement || (box && row.closest(rowBoxes) === box));
  const seen = rows.findIndex((row) => row.getBoundingClientRect().top > 0);
  const next = now < 0 ? (step > 0 ? Math.max(0, seen) : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
  rows[next].focus({ preventScroll: true });
  (rows[next].closest(rowBoxes) ?? rows[next]).scrollIntoView({ block: "nearest" });
  return true;
}

function correct() {
  const link = focusedRow()?.querySelector(".entry-correct, a[href$='/edit/']");
  if (!link) return press("e");
  link.click();
  return true;
}

function go(key) {
  const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  if (!place) return false;
  location.assign(place.getAttribute("href"));
  return true;
}

function act(key) {
  if (key === "g") { goingUntil = performance.now() + 1500; return true; }
  if (key === "j" || key === "k") return walk(key === "j" ? 1 : -1);
  if (key === "e") return correct();
  if (key === "c") return compose();
  return key.length === 1 && press(key);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form && event.target.tagName === "TEXTAREA") {
    event.preventDefault();
    event.stopImmediatePropagation(); /* sent once, whoever else listens */
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || takesText(event.target)) return;
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  const going = performance.now() < goingUntil;
  goingUntil = 0;
  if ((going && go(event.key)) || act(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-shortcut="?"]')) showHelp();
});
