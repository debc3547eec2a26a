/* The composer of an incident: what is typed is handed to the queue and shown as a waiting line at once; pictures and files that
   are pasted, dropped or chosen go up at once, each on its own; code and logs become cards. Works by delegation on
   <form data-composer>, which works as a plain form without this. */
const codeNames = /\.(?:log|txt|out|err|py|js|mjs|ts|tsx|jsx|go|java|kt|rb|php|rs|c|h|cc|cpp|hpp|cs|swift|ex|exs|erl|lua|pl|pm|r|ps1|sh|bash|sql|json|jsonl|ya?ml|toml|ini|cfg|conf|properties|xml|html?|css|tf|hcl|diff|patch|proto|graphql|md|service|dockerfile)$/i;
const cardBytes = 2_000_000;

const theForm = () => document.querySelector("form[data-composer]");
const box = (form) => form.querySelector("textarea[name=body]");
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));
const toast = (text, level) => tell("toast", { text, level });
const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const megabytes = (size) => `${Math.ceil(size / 1048576).toLocaleString()} MB`;

function named(file) {
  if (file.name && file.name !== "image.png") return file;
  const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return new File([file], `pasted-${stamp}.${(file.type.split("/")[1] ?? "bin").replace("jpeg", "jpg")}`, { type: file.type });
}

function enqueue(form, words, fields, files, lane) {
  const { pathname } = new URL(form.action);
  tell("enqueue", { url: pathname, page: location.pathname, label: form.dataset.label, words, fields: [...fields, ["once", fresh()]], files, lane });
}

/* `place` says which of several that came at once it is: they stand in that order, whichever is up first. */
function upload(form, given, place) {
  const file = named(given);
  const limit = Number(form.dataset.limit);
  if (limit && file.size > limit) toast(`${file.name} has ${megabytes(file.size)}, the limit is ${megabytes(limit)} (setting UPLOAD_MAX_MB). Compress it or attach a part.`, "error");
  else if (!file.size) toast(`${file.name} is empty.`, "error");
  else enqueue(form, file.name, [["is_text", "on"], ...place], [file], "upload");
}

/* A text file is a snippet with its name; one that is too long to be read here, or is no text after all, stays a file. */
async function take(form, given) {
  const files = [...given];
  const batch = fresh();
  for (const [at, file] of files.entries()) {
    const place = files.length > 1 ? [["batch", batch], ["place", String(at)]] : [];
    const isText = (file.type.startsWith("text/") || codeNames.test(file.name)) && file.size && file.size <= cardBytes;
    const text = isText ? new TextDecoder("utf-8", { fatal: true }) : null;
    try {
      const code = text?.decode(await file.arrayBuffer());
      if (code && !code.includes("\0")) tell("card", { form, code, filename: file.name });
      else upload(form, file, place);
    } catch { upload(form, file, place); }
  }
}

/* As incidents/…/language_look: several lines of which many look like code, and few like words. */
const codeLine = /[{};]\s*$|^\s*(?:[)}\]]|\/\/|\/\*|#!|<[/!?a-zA-Z])|^\s{2,}\S|\t|[=!]=|=>|->|::|\w\(\S*\)|\$\(|^\s*[\w.-]+\s*[:=]\s*\S+$|^\S*\d\d:\d\d:\d\d|^\s*at \S+\(|\b(?:0x[0-9a-f]+|[A-Z]{4,}[A-Z0-9_]*)\b|^[$#>] \S/;
const proseLine = /^\s*(?:[-*•]\s+|\d+[.)]\s+)?["'“]?[A-Z]?[a-z']+(?:,? [\w'’%.-]+){3,}[.!?:…]?\s*$/;

function looksLikeCode(text) {
  if (/^ {0,3}(?:```|~~~)/m.test(text)) return false;
  const lines = text.slice(0, 20000).split("\n").filter((line) => line.trim()).slice(0, 60).map((line) => line.slice(0, 300));
  if (lines.length < 3 || /^\/[a-z-]+( |$)/.test(lines[0])) return false;
  const code = lines.filter((line) => codeLine.test(line)).length;
  return lines.filter((line) => proseLine.test(line)).length * 3 <= lines.length && code / lines.length >= 0.4;
}

function submitted(form) {
  const cards = form.elements.cards;
  const text = box(form).value;
  if (!text.trim() && !cards.value) { box(form).focus(); return; }
  if (/^\s*\/help\s*$/.test(text)) { tell("commands", { form }); return; }
  const fields = ["body", "kind", "at", "cards"].map((key) => [key, form.elements[key].value]).filter(([, value]) => value);
  const names = cards.value ? JSON.parse(cards.value).map((card) => card.filename || "snippet") : [];
  enqueue(form, [text.trim().slice(0, 300), ...names].filter(Boolean).join(" · "), [...fields, ["is_text", "on"]], [], "text");
}

/* The box is emptied as soon as the text is safe in this browser. */
function clear(form) {
  form.reset();
  for (const field of [box(form), form.elements.cards]) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.querySelector("[data-composer-errors]")?.remove();
  form.dispatchEvent(new CustomEvent("hindsight:draft-drop", { bubbles: true }));
}

const isOurs = (item) => item.label === theForm()?.dataset.label;

function bringBack(item) {
  const form = theForm();
  for (const [key, value] of item.fields) {
    const field = form.elements[key];
    if (!field || key === "once" || key === "is_text") continue;
    field.value = key === "body" && field.value ? `${value}\n\n${field.value}` : value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box(form).focus();
}

function showFault(fault) {
  const form = theForm();
  form.querySelector("[data-composer-errors]")?.remove();
  const banner = Object.assign(document.createElement("p"), { className: "composer-fault", textContent: fault.replace(/^Text: /, "") });
  banner.dataset.composerErrors = "";
  banner.setAttribute("role", "alert");
  form.prepend(banner);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-composer]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  submitted(event.target);
}, true);
document.addEventListener("hindsight:kept", ({ detail: { item } }) => { if (item.lane === "text" && isOurs(item) && theForm()) clear(theForm()); });
document.addEventListener("hindsight:refused", ({ detail: { item, status, fault } }) => {
  const form = theForm();
  if (item.lane !== "text" || status !== 422 || !form || !isOurs(item) || box(form).value || form.elements.cards.value) return;
  tell("queue-act", { id: item.id, act: "take" });
  bringBack(item);
  showFault(fault);
});
document.addEventListener("hindsight:edit", ({ detail: { item } }) => {
  tell("queue-act", { id: item.id, act: "take" });
  bringBack(item);
  if (item.fault) showFault(item.fault);
});

/* Anywhere on the page, unless another form wants it. */
function formFor(event) {
  const own = event.target.closest?.("form");
  if (own && !own.matches("[data-composer]")) return null;
  if (!own && (event.target.isContentEditable || document.querySelector("dialog[open]"))) return null;
  return theForm();
}

document.addEventListener("paste", (event) => {
  const form = formFor(event);
  const files = event.clipboardData?.files;
  if (!form) return;
  if (files?.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    take(form, files);
    return;
  }
  const text = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
  if (event.target !== box(form) || !(looksLikeCode(text) || (text.length > 20000 && text.includes("\n")))) return;
  event.preventDefault();
  tell("card", { form, code: text, filename: "" });
}, true);
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files") || !formFor(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  formFor(event).classList.add("is-dropping");
}, true);
for (const kind of ["dragleave", "drop"]) document.addEventListener(kind, () => theForm()?.classList.remove("is-dropping"), true);
document.addEventListener("drop", (event) => {
  const form = event.dataTransfer?.files.length ? formFor(event) : null;
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  take(form, event.dataTransfer.files);
}, true);
document.addEventListener("change", (event) => {
  if (!event.target.matches("form[data-composer] input[type=file]")) return;
  event.stopImmediatePropagation();
  take(event.target.form, event.target.files);
  event.target.value = "";
}, true);
