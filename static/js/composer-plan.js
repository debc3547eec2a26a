/* Below the composer's box: what the text is going to do, as the server understands it: when it happened, and each command. */
const box = (form) => form.querySelector("textarea[name=body]");
const startsCommand = /(?:^|\n)\/[a-z]/i;
const startsTime = /^\s*(?:(?:\d|today|yesterday|mon|tue|wed|thu|fri|sat|sun)[^\n]{0,39}(?:\n|$)|(?:(?:today|yesterday),?\s+(?:at\s+)?)?\d{1,2}:\d\d\b)/i;
let timer = 0;
let asked = 0;

function chip(words, className) {
  return Object.assign(document.createElement("span"), { className: `chip ${className}`, textContent: words });
}

/* A line that is nothing but a time goes; where words follow it, a backslash says that all of it is text. */
function takeAway(field, { line, words }) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = words ? start : start + lines[line - 1].length + (line < lines.length ? 1 : 0);
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, words ? "\\" : "")) field.setRangeText(words ? "\\" : "", start, end, "end");
}

function show(form, answer) {
  const place = form.querySelector(".composer-plan");
  const chips = [];
  if (answer?.at) {
    const { says, words } = answer.at;
    const time = chip(`Happened at ${says}${words ? `: “${words}”` : ""}`, "composer-time");
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", words ? "The time is text; it happened now" : "Take the time away; it happened now");
    remove.addEventListener("click", () => takeAway(box(form), answer.at));
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
  body.append("at", form.elements.at.value);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(form.dataset.plan, { method: "POST", body });
    if (turn === asked && answer.ok && box(form).value === text) show(form, await answer.json());
  } catch { /* offline: what it does is said when it is sent */ }
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches?.("[data-composer]") || (event.target !== box(form) && event.target.name !== "at")) return;
  clearTimeout(timer);
  timer = setTimeout(() => ask(form), 250);
});
