/* Slash commands in the composer: a list of those that fit what is typed at the start of a line (arrows, Tab or Enter, Escape), and
   below the box what the text is going to do, as the server understands it: when it happened, and each command. */
const box = (form) => form.querySelector("textarea[name=body]");
const listbox = (form) => form.querySelector("[role=listbox]");
const options = (form) => [...listbox(form).children].filter((option) => !option.hidden);
const startsCommand = /(?:^|\n)\/[a-z]/i;
const startsTime = /^\s*(?:\d|today|yesterday|mon|tue|wed|thu|fri|sat|sun)[^\n]{0,39}(?:\n|$)/i;
let timer = 0;
let asked = 0;

/* The command word that the caret stands in, if it begins its line. */
function typedWord(field) {
  const before = field.value.slice(0, field.selectionStart);
  return before.match(/(?:^|\n)\/([a-z-]*)$/i)?.[1] ?? null;
}

function close(form) {
  const field = box(form);
  listbox(form).hidden = true;
  ["aria-controls", "aria-activedescendant", "aria-autocomplete"].forEach((name) => field.removeAttribute(name));
}

function choose(form, option) {
  const field = box(form);
  options(form).forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function offer(form) {
  const field = box(form);
  const word = typedWord(field)?.toLowerCase();
  const all = [...listbox(form).children];
  /* Other names count where no own name fits. */
  const fits = (option) => (option.dataset.name.startsWith(word) ? 2 : Number(option.dataset.names.split(" ").some((one) => one.startsWith(word))));
  const best = word === undefined ? 3 : Math.max(...all.map(fits)) || 3;
  all.forEach((option) => { option.hidden = fits(option) < best; });
  const found = options(form);
  if (!found.length) return close(form);
  listbox(form).hidden = false;
  /* A text of several lines can't be a combobox to a screen reader; a text box may point at a list as well. */
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", listbox(form).id);
  choose(form, found[0]);
}

function insert(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, start, end, "end");
}

function complete(form, option) {
  const field = box(form);
  const end = field.selectionStart;
  insert(field, end - (typedWord(field) ?? "").length, end, `${option.dataset.name} `);
  close(form);
}

function keyed(event, form) {
  const found = options(form);
  const now = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(form, found[(now + step + found.length) % found.length]);
  else if (event.key === "Escape") close(form);
  else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey)) {
    /* A word that is complete already needs no completing: Enter goes to the next line as anywhere. */
    if (event.key === "Enter" && found[now]?.dataset.name === typedWord(box(form))) { close(form); return; }
    complete(form, found[now] ?? found[0]);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function chip(words, className) {
  return Object.assign(document.createElement("span"), { className: `chip ${className}`, textContent: words });
}

function withoutLine(field, number) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  insert(field, start, start + lines[number - 1].length + (number < lines.length ? 1 : 0), "");
}

function show(form, answer) {
  const place = form.querySelector(".composer-plan");
  const chips = [];
  if (answer?.at) {
    const time = chip(`Happened at ${answer.at.says}`, "composer-time");
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", "Take the time away; it happened now");
    remove.addEventListener("click", () => withoutLine(box(form), answer.at.line));
    time.append(remove);
    chips.push(time);
  }
  for (const act of answer?.acts ?? []) chips.push(chip(act.says, act.fault ? "composer-cant" : "composer-does"));
  for (const notice of answer?.notices ?? []) chips.push(chip(notice, ""));
  if (answer?.fault) chips.push(chip(answer.fault, "composer-cant"));
  place.replaceChildren(...chips);
}

async function ask(form) {
  const text = box(form).value;
  if (!startsCommand.test(text) && !startsTime.test(text)) return show(form, null);
  const turn = ++asked;
  const body = new FormData();
  body.append("body", text);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(form.dataset.plan, { method: "POST", body });
    if (turn === asked && answer.ok && box(form).value === text) show(form, await answer.json());
  } catch { /* offline: what it does is said when it is sent */ }
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches?.("[data-composer]") || event.target !== box(form)) return;
  offer(form);
  clearTimeout(timer);
  timer = setTimeout(() => ask(form), 250);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (form?.matches?.("[data-composer]") && event.target === box(form) && !listbox(form).hidden && !event.isComposing) keyed(event, form);
}, true);
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[data-composer] [role=option]");
  if (!option) return;
  event.preventDefault();
  complete(option.closest("form"), option);
});
document.addEventListener("focusout", (event) => {
  const form = event.target.form;
  if (form?.matches?.("[data-composer]") && event.target === box(form)) close(form);
});
document.addEventListener("hindsight:commands", ({ detail: { form } }) => {
  const field = box(form);
  field.focus();
  insert(field, 0, field.value.length, "/");
  offer(form);
});
