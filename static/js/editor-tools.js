/* Buttons above a section's text: marks round what is selected, a reference, and the text as readers will see it. */
const form = document.getElementById("sections");
const around = { bold: "**", italic: "_", code: "`" };
const before = { list: "- ", quote: "> ", heading: "### " };
const keys = { b: "bold", i: "italic", e: "code", k: "link" };

function put(field, start, end, text, from, to) {
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(start + from, start + to);
}

function wrap(field, mark) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  const words = value.slice(start, end);
  if (words.includes("\n") && mark === "`") put(field, start, end, `\`\`\`\n${words}\n\`\`\`\n`, 4, 4 + words.length);
  else put(field, start, end, `${mark}${words}${mark}`, mark.length, mark.length + words.length);
}

function prefix(field, mark) {
  const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  const lines = field.value.slice(start, field.selectionEnd).split("\n");
  const has = lines.every((line) => line.startsWith(mark));
  const text = lines.map((line) => (has ? line.slice(mark.length) : mark + line)).join("\n");
  put(field, start, field.selectionEnd, text, text.length, text.length);
}

async function preview(field, button) {
  const place = document.getElementById(`preview-${field.name.slice(5)}`);
  const isShown = !place.hidden;
  if (!isShown) {
    const body = new FormData();
    body.append(field.name, field.value);
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(button.dataset.preview, { method: "POST", body, redirect: "manual" });
      const drawn = new DOMParser().parseFromString(answer.ok || answer.status === 422 ? await answer.text() : "", "text/html").body.firstElementChild;
      place.replaceChildren(drawn ?? "No preview: the server is not answering.");
    } catch { place.replaceChildren("No preview: no connection."); }
    place.style.minBlockSize = `${field.getBoundingClientRect().height}px`;
  }
  place.hidden = isShown;
  field.hidden = !isShown;
  button.setAttribute("aria-pressed", String(!isShown));
  button.lastElementChild.textContent = isShown ? "Preview" : "Write";
  if (isShown) field.focus();
}

function act(field, name, button) {
  if (name === "preview") { preview(field, button); return; }
  if (field.hidden) return;
  const { selectionStart: start, selectionEnd: end } = field;
  const words = field.value.slice(start, end);
  if (around[name]) wrap(field, around[name]);
  else if (before[name]) prefix(field, before[name]);
  else if (name === "link") put(field, start, end, `[${words}](https://)`, words.length + 3, words.length + 11);
  else if (name === "cite") put(field, end, end, "[[", 2, 2);
}

if (form) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".pm-tools [data-md]");
    if (button) act(form.elements[button.closest(".pm-tools").dataset.for], button.dataset.md, button);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.form !== form || field.tagName !== "TEXTAREA" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const name = keys[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    act(field, name);
  });
}
