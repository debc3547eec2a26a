/* Slash commands in the composer: a list of those that fit what is typed at the start of a line (arrows, Tab or Enter, Escape), and
   one of what may stand behind a command, which is asked for when somebody writes there. */
const box = (form) => form.querySelector("textarea[name=body]");
const commands = (form) => form.querySelector("#composer-commands");
const lists = (form) => [...form.querySelectorAll("[role=listbox]")];
const opened = (form) => lists(form).find((list) => !list.hidden);
const options = (list) => [...list.children].filter((option) => !option.hidden);
const isChosen = (option) => option.getAttribute("aria-selected") === "true";
const pauseMs = 120;
let timer = 0;
let asking = null;
let dismissed = "";

/* The line of the caret up to it. */
const before = ({ value, selectionStart: at }) => value.slice(Math.max(0, value.lastIndexOf("\n", at - 1)), at);

/* The command word that the caret stands in, if it begins its line. */
const typedWord = (field) => before(field).match(/(?:^|\n)\/([a-z-]*)$/i)?.[1] ?? null;

/* What stands behind a command, up to the caret at the end of its line; null where nothing is offered for it. */
function typedBehind(form) {
  const field = box(form);
  const [, word, typed] = before(field).match(/(?:^|\n)\/([a-z][a-z_-]*)[ \t]+([^\n]{0,200})$/i) ?? [];
  if (word === undefined || /^[^\n]*\S/.test(field.value.slice(field.selectionStart))) return null;
  const name = word.toLowerCase().replaceAll("_", "-");
  const command = [...commands(form).children].find((option) => option.dataset.names.split(" ").includes(name));
  const kind = command?.dataset.offers;
  if (!kind || (kind === "#" && !/^#[\d.]*$/.test(typed))) return null;
  return { command: command.dataset.name, typed, key: [field.selectionStart - typed.length, name, typed.split(",").length].join() };
}

function close(form) {
  const field = box(form);
  lists(form).forEach((list) => { list.hidden = true; });
  ["aria-controls", "aria-activedescendant", "aria-autocomplete"].forEach((name) => field.removeAttribute(name));
}

function choose(form, option) {
  const field = box(form);
  [...option.parentElement.children].forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function open(form, list, chosen) {
  const field = box(form);
  lists(form).forEach((other) => { other.hidden = other !== list; });
  /* A text of several lines can't be a combobox to a screen reader; a text box may point at a list as well. */
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.removeAttribute("aria-activedescendant");
  if (chosen) choose(form, chosen);
}

function offerCommands(form, word) {
  const all = [...commands(form).children];
  /* Other names count where no own name fits. */
  const fits = (option) => (option.dataset.name.startsWith(word) ? 2 : Number(option.dataset.names.split(" ").some((one) => one.startsWith(word))));
  const best = Math.max(...all.map(fits)) || 3;
  all.forEach((option) => { option.hidden = fits(option) < best; });
  const [first] = options(commands(form));
  if (first) open(form, commands(form), first); else close(form);
}

/* What may stand behind a command. */
function offersList(form) {
  let list = form.querySelector("#composer-offers");
  if (!list) {
    list = Object.assign(document.createElement("ul"), { className: "composer-commands", id: "composer-offers", hidden: true });
    list.setAttribute("role", "listbox");
    commands(form).after(list);
  }
  return list;
}

function drawn({ value, shown, says }, at) {
  const option = Object.assign(document.createElement("li"), { id: `composer-offer-${at}` });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.dataset.value = value;
  option.append(Object.assign(document.createElement("b"), { textContent: shown, dir: "auto" }), " ", Object.assign(document.createElement("span"), { textContent: says, dir: "auto" }));
  return option;
}

function showOffers(form, typed, { label, part, is_open: isOpen, options: found }) {
  if (!found.length) return close(form);
  const list = offersList(form);
  Object.assign(list.dataset, { part, typed });
  list.setAttribute("aria-label", label);
  list.replaceChildren(...found.map(drawn));
  /* Where nothing has to follow, nothing is chosen yet: Enter goes to the next line. */
  return open(form, list, isOpen ? null : list.firstElementChild);
}

async function ask(form, { command, typed }) {
  asking = new AbortController();
  const body = new FormData();
  body.append("command", command);
  body.append("typed", typed);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const { signal } = asking;
  try {
    const answer = await fetch(form.dataset.plan, { method: "POST", body, signal });
    const { offers } = answer.ok ? await answer.json() : {};
    if (offers && !signal.aborted && typedBehind(form)?.typed === typed && document.activeElement === box(form)) showOffers(form, typed, offers);
  } catch { /* offline, or something else was typed meanwhile: the command can be written out as ever */ }
}

/* Until the answer is there, what was offered before stays as far as it still fits: nothing blinks, and nothing is taken that does not. */
function narrow(form, { typed }) {
  const list = opened(form);
  if (list?.id !== "composer-offers") return close(form);
  const { part, typed: old } = list.dataset;
  const head = old.slice(0, old.length - part.length);
  const now = typed.slice(head.length);
  const fits = (option) => option.textContent.toLowerCase().includes(now.toLowerCase());
  if (!typed.startsWith(head) || now.includes(",") || !options(list).some(fits)) return close(form);
  Object.assign(list.dataset, { part: now, typed });
  for (const option of list.children) option.hidden = !fits(option);
  if (box(form).hasAttribute("aria-activedescendant") && !options(list).some(isChosen)) choose(form, options(list)[0]);
  return undefined;
}

function offer(form) {
  clearTimeout(timer);
  asking?.abort();
  const word = typedWord(box(form))?.toLowerCase();
  const behind = word === undefined ? typedBehind(form) : null;
  if (!behind || behind.key !== dismissed) dismissed = "";
  if (word !== undefined) offerCommands(form, word);
  else if (!behind || dismissed) close(form);
  else {
    narrow(form, behind);
    timer = setTimeout(() => ask(form, behind), behind.typed ? pauseMs : 0);
  }
}

function insert(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, start, end, "end");
}

function complete(form, option) {
  const field = box(form);
  const end = field.selectionStart;
  const { value, name } = option.dataset;
  const typed = name ? typedWord(field) ?? "" : option.parentElement.dataset.part;
  dismissed = "";
  insert(field, end - typed.length, end, name ? `${name} ` : value);
  /* Inserting offers what may follow; a value that is whole needs nothing more. */
  if (!name && !value.endsWith(" ")) dismiss(form);
}

function rest(form) {
  clearTimeout(timer);
  asking?.abort();
  close(form);
}

function dismiss(form) {
  rest(form);
  dismissed = typedBehind(form)?.key ?? "";
}

function keyed(event, form) {
  const list = opened(form);
  const found = options(list);
  const now = found.findIndex(isChosen);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(form, found[now < 0 && step < 0 ? found.length - 1 : (now + step + found.length) % found.length]);
  else if (event.key === "Escape") dismiss(form);
  else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey)) {
    /* A word that is complete already needs no completing: Enter goes to the next line as anywhere. */
    const typed = list === commands(form) ? typedWord(box(form)) : list.dataset.part;
    const { name, value = name } = found[now]?.dataset ?? {};
    if (event.key === "Enter" && (value === undefined || value.toLowerCase() === typed.toLowerCase())) { dismiss(form); return; }
    complete(form, found[now] ?? found[0]);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches?.("[data-composer]") && event.target === box(form)) offer(form);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (form?.matches?.("[data-composer]") && event.target === box(form) && opened(form) && !event.isComposing) keyed(event, form);
}, true);
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[data-composer] [role=option]");
  if (!option) return;
  event.preventDefault();
  complete(option.closest("form"), option);
});
document.addEventListener("focusout", (event) => {
  const form = event.target.form;
  if (form?.matches?.("[data-composer]") && event.target === box(form)) rest(form);
});
document.addEventListener("hindsight:commands", ({ detail: { form } }) => {
  const field = box(form);
  field.focus();
  insert(field, 0, field.value.length, "/");
  offer(form);
});
