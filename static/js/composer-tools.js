/* Markdown in the composer: buttons and their keys put marks around what is selected; the preview is drawn by the server. */
const box = (form) => form.querySelector("textarea[name=body]");
const around = { bold: "**", italic: "_", code: "`" };
const before = { list: "- ", quote: "> " };
const keys = { b: "bold", i: "italic", e: "code", k: "link" };
const shifted = { Digit8: "list", Period: "quote", KeyP: "preview" };

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
  const chosen = value.slice(start, end);
  if (chosen.includes("\n") && mark === "`") return put(field, start, end, `\`\`\`\n${chosen}\n\`\`\`\n`, 4, 4 + chosen.length);
  const has = value.slice(start - mark.length, start) === mark && value.slice(end, end + mark.length) === mark;
  if (has) return put(field, start - mark.length, end + mark.length, chosen, 0, chosen.length);
  return put(field, start, end, `${mark}${chosen}${mark}`, mark.length, mark.length + chosen.length);
}

function prefix(field, mark) {
  const { selectionEnd: end, value } = field;
  const start = value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  const lines = value.slice(start, end).split("\n");
  const has = lines.every((line) => line.startsWith(mark));
  const text = lines.map((line) => (has ? line.slice(mark.length) : mark + line)).join("\n");
  put(field, start, end, text, text.length, text.length);
}

function link(field) {
  const { selectionStart: start, selectionEnd: end } = field;
  const chosen = field.value.slice(start, end);
  if (/^https?:\/\/\S+$/.test(chosen)) put(field, start, end, `[](${chosen})`, 1, 1);
  else put(field, start, end, `[${chosen}](https://)`, chosen.length + 3, chosen.length + 11);
}

async function preview(form) {
  const button = form.querySelector("[data-md=preview]");
  const place = form.querySelector(".composer-preview");
  const isShown = !place.hidden;
  if (!isShown) {
    const body = new FormData();
    body.append("body", box(form).value);
    body.append("at", form.elements.at.value);
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    /* As high as the box was: nothing below moves. */
    const height = box(form).getBoundingClientRect().height;
    let html = "";
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body });
      html = answer.ok ? await answer.text() : "";
    } catch { /* said below */ }
    const drawn = new DOMParser().parseFromString(html, "text/html").getElementById("preview");
    place.replaceChildren(drawn ?? "No preview: the server is not answering.");
    place.style.minBlockSize = `${height}px`;
  }
  place.hidden = isShown;
  box(form).hidden = !isShown;
  button.setAttribute("aria-pressed", String(!isShown));
  if (isShown) box(form).focus();
}

function act(form, name) {
  const field = box(form);
  if (name === "preview") preview(form);
  else if (field.hidden) return;
  else if (around[name]) wrap(field, around[name]);
  else if (before[name]) prefix(field, before[name]);
  else if (name === "link") link(field);
  else if (name === "commands") document.dispatchEvent(new CustomEvent("hindsight:commands", { detail: { form } }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-composer] [data-md]");
  if (button) act(button.closest("form"), button.dataset.md);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (!form?.matches?.("[data-composer]") || event.target !== box(form) || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const name = event.shiftKey ? shifted[event.code] : keys[event.key.toLowerCase()];
  if (!name) return;
  event.preventDefault();
  act(form, name);
});
/* What was sent is no longer previewed. */
document.addEventListener("reset", (event) => {
  if (event.target.matches("form[data-composer]") && !event.target.querySelector(".composer-preview").hidden) preview(event.target);
});
