/* Forms with data-confirm="question" ask in a dialog before they are sent; data-confirm-yes="Delete it" names the button.
   Without the script they are sent at once, so whatever can't be undone needs a page that asks as well. */
const agreed = new WeakSet();

function ask(form, submitter) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = form.dataset.confirm;
  dialog.querySelector("[data-confirm-yes]").textContent = form.dataset.confirmYes ?? "Do it";
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    agreed.add(form);
    form.requestSubmit(submitter);
  }, { once: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-confirm]") || !document.getElementById("confirm")) return;
  if (agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(form, event.submitter);
}, true);
