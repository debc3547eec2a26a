/* The diagnosis board. Comforts over forms that work without them: arrow keys walk the steps, Alt+Shift+arrows move one,
   a grip drags one, and what was open or focused stays so when the tree is drawn anew. A chosen line of a snippet offers
   to say what it did. */
const tree = () => document.getElementById("diagnosis");
const stepOf = (element) => element?.closest?.(".step");
const idOf = (step) => step.id.slice(5);
const numberOf = (step) => step?.querySelector(":scope > .step-card .step-number");

/* Keys on a step's number. */
const shown = () => [...tree().querySelectorAll(".step-number, .step-fold > details > summary")].filter((one) => one.checkVisibility());

function walk(event, from) {
  const all = shown();
  const step = stepOf(from);
  const fold = from.matches("summary") ? from.parentElement : null;
  const next = {
    ArrowDown: () => all[all.indexOf(from) + 1],
    ArrowUp: () => all[all.indexOf(from) - 1],
    Home: () => all[0],
    End: () => all.at(-1),
    ArrowRight: () => {
      if (fold) { fold.open = true; return numberOf(fold.querySelector(".step")); }
      return step?.querySelector(":scope > .steps .step-number, :scope > .steps summary");
    },
    ArrowLeft: () => {
      if (fold?.open) { fold.open = false; return from; }
      const around = (fold ?? step)?.parentElement.closest("details[id^=dead-ends], .step");
      return around?.matches("details") ? around.querySelector("summary") : numberOf(around);
    },
  }[event.key];
  if (!next) return;
  event.preventDefault();
  next()?.focus();
}

const shifts = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };

document.addEventListener("keydown", (event) => {
  const from = event.target.closest?.("#diagnosis .step-number, #diagnosis .step-fold > details > summary");
  if (!from || event.ctrlKey || event.metaKey) return;
  if (event.altKey && event.shiftKey) {
    if (!shifts[event.key] || !tree().dataset.steps || !from.matches(".step-number")) return;
    event.preventDefault();
    move(idOf(stepOf(from)), { to: shifts[event.key] });
  } else if (!event.altKey && !event.shiftKey) walk(event, from);
});

function move(id, values) {
  const back = tree().classList.contains("diagnosis-wide") ? { back: "board" } : {};
  kept = keep(`step-${id}-number`);
  window.htmx?.ajax("POST", `${tree().dataset.steps}${id}/move/`, { target: "#diagnosis", swap: "outerHTML", values: { ...values, ...back } });
}

/* What is open, focused or typed stays when the tree is swapped. */
let kept = null;

function keep(focus) {
  const root = tree();
  const active = root?.contains(document.activeElement) ? document.activeElement : null;
  const step = stepOf(active);
  return {
    open: [...(root?.querySelectorAll(":is(.step-fold > details, #add-first-check)[open]") ?? [])].map((one) => one.id),
    focus: focus ?? (step ? `${step.id}-number` : null),
    typed: [...(root?.querySelectorAll("input[id^=finding-]") ?? [])].filter((one) => one.value && one !== active).map((one) => [one.id, one.value]),
  };
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "diagnosis" && event.detail.shouldSwap) kept = keep(kept?.focus);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!kept || !tree() || (event.detail.elt?.id !== "diagnosis" && event.detail.target?.id !== "diagnosis")) return;
  const { open, focus, typed } = kept;
  kept = null;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of typed) { const field = document.getElementById(id); if (field) field.value = value; }
  const step = focus && document.getElementById(focus);
  if (!step) return;
  // A step that became a dead end folds away: its fold takes the focus.
  const place = step.closest(".step-fold > details:not([open])")?.querySelector("summary") ?? step;
  if (document.activeElement === document.body || !document.activeElement) place.focus({ preventScroll: true });
});

/* A link to a folded step opens its fold. */
function unfold() {
  const place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const fold = place && place.closest?.(".step-fold > details");
  if (!fold || fold.open) return;
  fold.open = true;
  place.scrollIntoView();
}
unfold();
window.addEventListener("hashchange", unfold);

/* Dragging by the grip: onto the upper edge of a step to stand before it, onto the rest to lie under it. */
let dragged = null;
let mark = null;

function clear() {
  mark?.classList.remove("drop-before", "drop-under");
  mark = null;
}

function placeAt(event) {
  const step = stepOf(event.target);
  if (!dragged || !step || dragged.contains(step)) return null;
  const box = step.querySelector(":scope > .step-card").getBoundingClientRect();
  return { step, word: event.clientY < box.top + Math.min(box.height / 3, 28) ? "before" : "under" };
}

document.addEventListener("dragstart", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  dragged = stepOf(grip);
  dragged.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector(".step-hypothesis").textContent);
});
document.addEventListener("dragover", (event) => {
  const place = placeAt(event);
  clear();
  if (!place) return;
  event.preventDefault();
  mark = place.step;
  mark.classList.add(`drop-${place.word}`);
});
document.addEventListener("drop", (event) => {
  const place = placeAt(event);
  if (!place) return;
  event.preventDefault();
  move(idOf(dragged), { where: `${place.word}:${idOf(place.step)}` });
});
document.addEventListener("dragend", () => {
  clear();
  dragged?.classList.remove("is-dragged");
  dragged = null;
});

/* "What did this line do?" on the line that the address names, and on lines that are selected. */
const lineId = /^(snippet-\d+)-L(\d+)$/;
let asked = null;

function ask(first, last) {
  const [, anchor, from] = first.id.match(lineId) ?? [];
  const address = document.querySelector(`[data-mark-lines="${anchor}"]`)?.getAttribute("href");
  if (!address) return;
  const to = last.id.match(lineId)?.[2] ?? from;
  asked?.remove();
  asked = Object.assign(document.createElement("a"), { className: "line-ask", textContent: from === to ? "What did this line do?" : "What did these lines do?" });
  asked.href = `${address}&lines=${from === to ? from : `${from}-${to}`}`;
  last.append(asked);
}

function askAtHash() {
  const line = location.hash.match(/^#snippet-\d+-L\d+/) && document.getElementById(location.hash.slice(1));
  if (line) ask(line, line);
}
askAtHash();
window.addEventListener("hashchange", askAtHash);
document.addEventListener("hindsight:lines", ({ detail }) => ask(detail.first, detail.last));
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed) return;
  const ends = [selection.anchorNode, selection.focusNode].map((node) => (node?.nodeType === 3 ? node.parentElement : node)?.closest?.(".line[id]"));
  if (!ends[0] || !ends[1] || ends[0].parentElement !== ends[1].parentElement) return;
  const isForward = ends[0].compareDocumentPosition(ends[1]) & Node.DOCUMENT_POSITION_FOLLOWING || ends[0] === ends[1];
  ask(...(isForward ? ends : ends.reverse()));
});
