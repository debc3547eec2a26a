/* Choosing rows of a list: Shift takes the ones between, the count is told, and nothing is sent while none is ticked. */
let lastPick = null;
const picks = () => [...document.querySelectorAll(".row-pick")];

function tellPicked() {
  const count = picks().filter((box) => box.checked).length;
  const words = document.querySelector("[data-bulk-count]");
  if (words) words.textContent = count ? `${count} ticked` : "";
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".row-pick");
  if (!box) return;
  const all = picks();
  const [from, to] = [all.indexOf(lastPick), all.indexOf(box)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) for (const other of all.slice(from, to + 1)) other.checked = box.checked;
  lastPick = box;
  tellPicked();
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "bulk" || picks().some((box) => box.checked)) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("hindsight:toast", { detail: { text: "Tick some rows first.", level: "info" } }));
});
window.addEventListener("pageshow", tellPicked);
