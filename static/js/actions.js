// The board of action items: a card may be dragged to another column. Its buttons do the same.
import "./editor-cite.js";

const KIND = "application/x-hindsight-action";
let dragged = null;

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-movable]");
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData(KIND, card.id);
});

document.addEventListener("dragover", (event) => {
  if (dragged && event.target.closest?.("[data-state].pm-column")) event.preventDefault();
});

document.addEventListener("dragend", () => {
  dragged = null;
});

document.addEventListener("drop", (event) => {
  const column = event.target.closest?.(".pm-column");
  const card = dragged;
  dragged = null;
  if (!column || !card || column.dataset.state === card.dataset.state) return;
  event.preventDefault();
  const state = column.dataset.state;
  const closing = card.querySelector(`[data-closes="${state}"]`);
  if (closing) {
    // Closing needs a word: ask for it where the card is.
    closing.open = true;
    closing.querySelector("input:not([type=hidden])").focus();
    return;
  }
  const form = card.querySelector("form[data-move]");
  const choice = document.createElement("input");
  choice.type = "hidden";
  choice.name = "state";
  choice.value = state;
  form.append(choice);
  form.requestSubmit();
});

const arm = () => document.querySelectorAll("[data-movable]:not([draggable])").forEach((card) => (card.draggable = true));
document.body.addEventListener("htmx:afterSwap", arm);
arm();
