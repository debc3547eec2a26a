/* Redacting one part: selected text becomes a mark, and drafts of this browser that hold what went are thrown away. */
const form = document.querySelector("form[data-redact]");

function selected(area) {
  const selection = getSelection();
  const inside = selection.rangeCount && area.contains(selection.getRangeAt(0).commonAncestorContainer);
  return inside ? selection.toString().trim() : "";
}

function row(text) {
  const item = document.createElement("li");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "marked", value: text });
  const shown = Object.assign(document.createElement("code"), { textContent: text.length > 120 ? `${text.slice(0, 119)}…` : text, dir: "auto" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet button-sm", textContent: "Remove" });
  button.dataset.unmark = "";
  button.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: " the mark" }));
  item.append(field, shown, button);
  return item;
}

function dropDrafts() {
  const words = [...form.querySelectorAll("[name=marked], [name=exact]")].map((field) => field.value.trim()).filter((text) => text.length > 3);
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith("hindsight:draft:"))) {
    const held = localStorage.getItem(key);
    if (key.endsWith(`:${form.dataset.redact}`) || words.some((word) => held.includes(JSON.stringify(word).slice(1, -1)))) localStorage.removeItem(key);
  }
}

function start() {
  const list = form.querySelector("[data-marked]"), area = form.querySelector("[data-said]"), status = form.querySelector("[data-mark-status]");
  /* Pressing the button must not take the selection away. */
  form.querySelector("[data-mark]")?.addEventListener("pointerdown", (event) => event.preventDefault());
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-mark]")) {
      const text = selected(area);
      if (text.length > 3) {
        list.append(row(text));
        getSelection().removeAllRanges();
      }
      status.textContent = text.length > 3 ? "Marked." : text ? "Mark four characters or more." : "Select some of the text above first.";
    }
    if (event.target.closest("[data-unmark]")) event.target.closest("li").remove();
  });
  form.addEventListener("submit", () => dropDrafts());
}

if (form) start();
