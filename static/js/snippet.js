/* Code: lines are chosen by their numbers (click, Shift and click, arrow keys, Shift and arrows) and then copied or linked;
   the choice is in the address (#snippet-3-L5-L9). Whole snippets are copied without numbers, folded ones unfold in place,
   and whether long lines wrap is remembered. Without the script numbers are links and ?lines=5-9 marks a range. */
const lineName = /^(snippet-\d+)-L(\d+)(?:-L(\d+))?$/;
const wrapName = `hindsight:wrap:${document.body.dataset.user ?? ""}`;
let chosen = null; /* { anchor, from, to }: from is where the range began */

const say = (text, level) => document.dispatchEvent(new CustomEvent("hindsight:toast", { detail: { text, level } }));
const lineAt = (anchor, number) => document.getElementById(`${anchor}-L${number}`);
const numberOf = (line) => Number(line.id.match(lineName)?.[2]);
const ends = ({ from, to }) => [Math.min(from, to), Math.max(from, to)];

function drawChoice() {
  for (const line of document.querySelectorAll(".line.is-hit")) line.classList.remove("is-hit");
  for (const button of document.querySelectorAll("[data-link-lines]")) button.hidden = true;
  for (const button of document.querySelectorAll("[data-copy-code]")) label(button, "Copy the code");
  if (!chosen) return;
  const [first, last] = ends(chosen);
  let shown = null;
  for (let at = first; at <= last; at++) {
    const line = lineAt(chosen.anchor, at);
    if (!line) { if (at - first > 5000) break; continue; }
    line.classList.add("is-hit");
    shown = line;
  }
  const figure = document.getElementById(chosen.anchor);
  const words = first === last ? `line ${first}` : `lines ${first} to ${last}`;
  const link = figure?.querySelector("[data-link-lines]");
  if (link) { link.hidden = false; label(link, `Copy the link to ${words}`); }
  const copy = figure?.querySelector("[data-copy-code]");
  if (copy) label(copy, `Copy ${words}`);
  const begun = lineAt(chosen.anchor, first);
  if (begun && shown) document.dispatchEvent(new CustomEvent("hindsight:lines", { detail: { first: begun, last: shown } }));
}

function label(button, words) {
  button.setAttribute("aria-label", words);
  button.title = words;
}

function choose(anchor, from, to) {
  chosen = { anchor, from, to };
  const [first, last] = ends(chosen);
  history.replaceState(history.state, "", `#${anchor}-L${first}${first === last ? "" : `-L${last}`}`);
  drawChoice();
}

/* The address names lines that this page may hold, in this part or in another. */
function readAddress() {
  const [, anchor, from, to] = location.hash.slice(1).match(lineName) ?? [];
  if (!anchor) return;
  chosen = { anchor, from: Number(from), to: Number(to ?? from) };
  const line = lineAt(anchor, from);
  const figure = document.getElementById(anchor);
  if (line && (to || !line.matches(":target"))) line.scrollIntoView({ block: "center" });
  if (!line && figure?.dataset.code === location.pathname && !location.search.includes("lines=")) {
    const [first, last] = ends(chosen);
    location.replace(`${figure.dataset.code}?lines=${first}-${last}#${anchor}-L${first}`);
    return;
  }
  drawChoice();
}

/* What ?lines= marked, unless the address names other lines behind its #. */
function readMarked() {
  const marked = [...document.querySelectorAll(".line.is-hit")];
  const named = location.hash.slice(1);
  if (!marked.length || (lineName.test(named) && named !== marked[0].id)) return false;
  chosen = { anchor: marked[0].id.match(lineName)[1], from: numberOf(marked[0]), to: numberOf(marked.at(-1)) };
  if (!named) marked[0].scrollIntoView({ block: "center" });
  drawChoice();
  return true;
}

document.addEventListener("click", (event) => {
  const number = event.target.closest?.(".ln[href^='#snippet-']");
  if (!number || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const line = number.closest(".line");
  const [, anchor] = line.id.match(lineName);
  const begun = event.shiftKey && chosen?.anchor === anchor ? chosen.from : numberOf(line);
  getSelection()?.removeAllRanges();
  number.focus({ preventScroll: true });
  choose(anchor, begun, numberOf(line));
});
/* Shift and click would select the text between. */
document.addEventListener("mousedown", (event) => { if (event.shiftKey && event.target.closest?.(".ln")) event.preventDefault(); });

document.addEventListener("keydown", (event) => {
  const number = event.target.closest?.(".ln[href^='#snippet-']");
  if (!number || event.ctrlKey || event.metaKey || event.altKey) return;
  const line = number.closest(".line");
  const [, anchor] = line.id.match(lineName);
  if (event.key === "Escape" && chosen) {
    event.preventDefault();
    chosen = null;
    history.replaceState(history.state, "", `${location.pathname}${location.search}`);
    drawChoice();
    return;
  }
  if (event.key === "Enter" && event.shiftKey) {
    event.preventDefault();
    choose(anchor, chosen?.anchor === anchor ? chosen.from : numberOf(line), numberOf(line));
    return;
  }
  const lines = line.parentElement;
  const next = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling, Home: lines.firstElementChild, End: lines.lastElementChild }[event.key];
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  const target = next.querySelector(".ln");
  target.focus();
  next.scrollIntoView({ block: "nearest" });
  if (event.shiftKey) choose(anchor, chosen?.anchor === anchor ? chosen.from : numberOf(line), numberOf(next));
});

/* Copying: the characters themselves, also those that are shown by name; no numbers, no marks of ours. */
function wordsOf(line) {
  const copy = line.cloneNode(true);
  for (const part of copy.querySelectorAll(".ln, .line-mark, .line-ask, .line-cut")) part.remove();
  for (const mark of copy.querySelectorAll(".hidden-char[data-c]")) mark.replaceWith(String.fromCodePoint(parseInt(mark.dataset.c, 16)));
  return copy.textContent;
}

async function textOf(figure, first, last) {
  const isHere = first && lineAt(figure.id, first) && lineAt(figure.id, last) && !figure.querySelector(".line.is-hit .line-cut");
  if (isHere) return Array.from({ length: last - first + 1 }, (_, at) => wordsOf(lineAt(figure.id, first + at))).join("");
  if (!first && figure.dataset.part === undefined) return [...figure.querySelectorAll(".line")].map(wordsOf).join("");
  const answer = await fetch(`${figure.dataset.code}raw/?as=text`, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const whole = await answer.text();
  return first ? whole.replaceAll("\r\n", "\n").split("\n").slice(first - 1, last).join("\n") + "\n" : whole;
}

async function putOnClipboard(text) {
  /* The item takes a promise, so that the browser still sees the key press that asked for it. */
  if (navigator.clipboard?.write && window.ClipboardItem) {
    const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  if (navigator.clipboard) return navigator.clipboard.writeText(await text);
  const field = Object.assign(document.createElement("textarea"), { value: await text });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (!isCopied) throw new Error("refused");
}

async function copied(text, words) {
  try {
    await putOnClipboard(text);
    say(words, "success");
  } catch {
    say("The browser did not allow copying.", "warning");
  }
}

function hiddenIn(figure) {
  const lines = chosen?.anchor === figure.id ? ".line.is-hit " : "";
  const count = figure.querySelectorAll(`${lines}.hidden-char`).length;
  return count ? ` It holds ${count === 1 ? "a hidden character" : `${count} hidden characters`}.` : "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy-code], [data-link-lines]");
  const figure = button?.closest(".code");
  if (!figure) return;
  const [first, last] = chosen?.anchor === figure.id ? ends(chosen) : [];
  if (button.matches("[data-copy-code]")) { copied(textOf(figure, first, last), `Copied.${hiddenIn(figure)}`); return; }
  const lines = first === last ? first : `${first}-${last}`;
  const place = new URL(`${figure.dataset.code}?lines=${lines}#${figure.id}-L${first}`, location.href);
  copied(Promise.resolve(place.href), "The link is copied.");
});

/* Wrapping. */
function readWrap() {
  try { return localStorage.getItem(wrapName) === "on"; } catch { return document.documentElement.dataset.wrap === "on"; }
}

function drawWrap(isOn) {
  document.documentElement.dataset.wrap = isOn ? "on" : "off";
  for (const button of document.querySelectorAll("[data-wrap]:is(button)")) button.setAttribute("aria-pressed", String(isOn));
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("button[data-wrap]")) return;
  const isOn = document.documentElement.dataset.wrap !== "on";
  try { localStorage.setItem(wrapName, isOn ? "on" : "off"); } catch { /* no storage: it holds for this page */ }
  drawWrap(isOn);
});
/* Snippets that came in later know it by the time somebody gets to their button. */
document.addEventListener("focusin", (event) => { if (event.target.matches?.("button[data-wrap]")) drawWrap(document.documentElement.dataset.wrap === "on"); });

/* Unfolding, and going to another part of a long one. */
async function put(figure, address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = parsed.querySelector("figure.code");
  if (!fresh) throw new Error("no code");
  figure.replaceWith(fresh);
  window.htmx?.process(fresh);
  drawWrap(document.documentElement.dataset.wrap === "on");
  drawChoice();
  fresh.querySelector(".code-scroll")?.focus({ preventScroll: true });
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-unfold]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    await put(link.closest(".code"), link.href);
  } catch {
    location.assign(link.href);
  }
});

drawWrap(readWrap());
if (!readMarked()) readAddress();
window.addEventListener("hashchange", readAddress);
