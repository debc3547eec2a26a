/* Sections of the editor fold; an address or a link that names one opens it. */
function unfold() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const fold = target?.querySelector(":scope > details.pm-fold") ?? target?.closest("details.pm-fold");
  if (!fold || fold.open) return;
  fold.open = true;
  target.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fold]");
  if (!button) return;
  const folds = [...document.querySelectorAll("details.pm-fold")];
  const isOpen = folds.some((fold) => fold.open);
  folds.forEach((fold) => { fold.open = !isOpen; });
  button.textContent = isOpen ? "Unfold all" : "Fold all";
});
