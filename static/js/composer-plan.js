/* Below the composer's box: what the text is going to do, as the server understands it: when it happened, and each command. */
const box = (form) => form.querySelector("textarea[name=body]");
const startsCommand = /(?:^|\n)\/[a-z]/i;
const startsTime = /^\s*(?:\d|today|yesterday|mon|tue|wed|thu|fri|sat|sun)[^\n]{0,39}(?:\n|$)/i;
let timer = 0;
let asked = 0;

function chip(words, className) {
  return Object.assign(document.createElement("span"), { className: `chip ${className}`, textContent: words });
}

function withoutLine(field, number) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  const end = start + lines[number - 1].length + (number < lines.length ? 1 : 0);
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, "")) field.setRangeText("", start, end, "end");
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
  clearTimeout(timer);
  timer = setTimeout(() => ask(form), 250);
});
