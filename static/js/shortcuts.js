/* Single keys: whatever carries data-shortcut="<key>" is focused (fields) or clicked (the rest); g then a letter goes places;
   j and k walk through rows; Ctrl+Enter sends the form. Silent while somebody types. */
const places = { b: "/", i: "/incidents/", p: "/postmortems/", a: "/actions/", s: "/services/" };
let goingUntil = 0;

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function visible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

function showHelp() {
  const help = document.getElementById("shortcuts");
  if (help && !help.open) help.showModal();
}

function press(key) {
  const target = document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
  if (key === "?") showHelp();
  else if (!target) return false;
  else if (isTyping(target)) { target.focus(); target.select?.(); }
  else target.click();
  return true;
}

function walk(step) {
  const rows = [...document.querySelectorAll(".dense-title a, a.dense-title, .result-title a, [data-row] a")].filter(visible);
  if (!rows.length) return false;
  const now = rows.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
  rows[next].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form && event.target.tagName === "TEXTAREA") {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const going = performance.now() < goingUntil;
  goingUntil = 0;
  let done = false;
  if (going && places[event.key]) { location.assign(places[event.key]); done = true; }
  else if (event.key === "g") { goingUntil = performance.now() + 1500; done = true; }
  else if (event.key === "j" || event.key === "k") done = walk(event.key === "j" ? 1 : -1);
  else if (event.key.length === 1) done = press(event.key);
  if (done) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-shortcut="?"]')) showHelp();
});
