/* Comments on words: selecting them offers to comment on them, and the words that a comment is about are marked in the text.
   Without it one copies the words into the field of the form. A page that swaps its text says so ("hindsight:turned"). */
let root = null;
let texts = [];
const quoteLimit = 500;
const fold = (text) => text.replace(/\s+/g, " ");

/* The visible text with single blanks, and for each of its characters where it stands. */
function flatten(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const places = [];
  let text = "";
  let block = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const here = node.parentElement.closest("p, li, h1, h2, h3, h4, h5, h6, pre, td, th, blockquote, div");
    if (here !== block && text && !text.endsWith(" ")) { text += " "; places.push([node, 0]); }
    block = here;
    for (let at = 0; at < node.data.length; at += 1) {
      const sign = /\s/.test(node.data[at]) ? " " : node.data[at];
      if (sign === " " && (!text || text.endsWith(" "))) continue;
      text += sign;
      places.push([node, at]);
    }
  }
  return { text, places };
}

/* Of several places the one nearest to where the words stood. */
function rangeOf(element, words, near) {
  const { text, places } = flatten(element);
  const wanted = fold(words).trim();
  let best = -1;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (best < 0 || Math.abs(at - near) < Math.abs(best - near)) best = at;
  }
  if (best < 0 || !wanted) return null;
  const range = document.createRange();
  range.setStart(...places[best]);
  const [node, at] = places[best + wanted.length - 1];
  range.setEnd(node, at + 1);
  return range;
}

function mark() {
  const open = [];
  for (const quote of root.querySelectorAll("[data-quoted]")) {
    const text = texts.find((one) => one.dataset.section === quote.dataset.quoted);
    const range = text && rangeOf(text, quote.textContent, Number(quote.dataset.at));
    if (!range) continue;
    if (!quote.closest(".is-resolved")) open.push(range);
    const link = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet button-sm", textContent: "Show in the text" });
    link.addEventListener("click", () => {
      range.startContainer.parentElement.scrollIntoView({ block: "center" });
      getSelection().removeAllRanges();
      getSelection().addRange(range.cloneRange());
    });
    quote.after(link);
  }
  if (globalThis.Highlight) CSS.highlights.set("commented", new Highlight(...open));
}

/* What is selected within one section becomes the quote of its form. */
const pick = Object.assign(document.createElement("button"), { type: "button", className: "button button-sm button-primary rv-pick", textContent: "Comment on this", hidden: true });
let picked = null;

/* A triple click ends at the start of the next block: what lies outside of the section is left out. */
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const text = texts.find((one) => one.contains(range.startContainer));
  if (!text) return null;
  if (!text.contains(range.endContainer)) range.setEnd(text, text.childNodes.length);
  const length = range.toString().trim().length;
  return length && length <= quoteLimit ? { range, text, key: text.dataset.section } : null;
}

/* The selected words as readers see them, and where they stand. */
function quoted({ range, text }) {
  const { text: whole, places } = flatten(text);
  const isIn = ([node, at]) => range.isPointInRange(node, at) && !(node === range.endContainer && at >= range.endOffset);
  const first = places.findIndex(isIn);
  const last = places.findLastIndex(isIn);
  return { words: whole.slice(first, last + 1).trim(), offset: Math.max(first, 0) };
}

document.addEventListener("selectionchange", () => {
  if (!pick.isConnected) return;
  picked = selected();
  pick.hidden = !picked;
  if (!picked) return;
  const box = picked.range.getBoundingClientRect();
  /* Where the page itself scrolls its parent is the body; filling the screen, the room. */
  const from = pick.offsetParent?.getBoundingClientRect() ?? { top: -scrollY, left: -scrollX };
  const scrolled = document.fullscreenElement?.scrollTop ?? 0;
  pick.style.setProperty("inset-block-start", `${box.bottom - from.top + scrolled + 6}px`);
  pick.style.setProperty("inset-inline-start", `${Math.min(box.left, innerWidth - 180) - from.left}px`);
});
pick.addEventListener("pointerdown", (event) => event.preventDefault());
pick.addEventListener("click", () => {
  const form = root.querySelector(`[data-comment="${picked.key}"]`);
  form.closest("details").open = true;
  const { words, offset } = quoted(picked);
  form.querySelector("[data-quote]").value = words;
  form.querySelector("[data-offset]").value = offset;
  pick.hidden = true;
  const body = form.querySelector("textarea");
  body.focus();
  body.scrollIntoView({ block: "center" });
});
/* Words that were typed or pasted stand wherever they stand. */
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-quote]")) event.target.form.querySelector("[data-offset]").value = "";
});

function begin() {
  root = document.querySelector("[data-review]");
  texts = root ? [...root.querySelectorAll("[data-section]")] : [];
  pick.hidden = true;
  picked = null;
  if (!root) return;
  mark();
  if (root.querySelector("[data-comment]")) (root.closest("[data-meeting]") ?? document.body).append(pick);
}

document.addEventListener("hindsight:turned", begin);
begin();
