/* Warns of lines that misled somebody before: what is pasted or written into the composer is looked up once it rests. */
const pauseMs = 900;
const shortest = 16;
let timer = 0;
let asked = "";
let turn = 0;

const composer = () => document.querySelector("form[data-composer]");
const boxes = (form) => [...form.querySelectorAll("textarea[name=body], textarea[name=code], [data-card=code]")];
const written = (form) => boxes(form).map((box) => box.value).filter(Boolean).join("\n").trim();

function show(form, found) {
  let place = form.querySelector(".composer-known");
  if (!place && !found) return;
  if (!place) {
    place = Object.assign(document.createElement("div"), { className: "composer-known" });
    place.setAttribute("role", "status");
    form.querySelector(".composer-plan").after(place);
  }
  place.replaceChildren(...(found ? [document.importNode(found, true)] : []));
}

async function look() {
  const form = composer();
  const text = form ? written(form) : "";
  if (!form || text === asked) return;
  asked = text;
  const mine = ++turn;
  if (!text.split("\n").some((line) => line.trim().length >= shortest)) { show(form, null); return; }
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("text", text);
  try {
    const answer = await fetch(form.getAttribute("action").replace(/entries\/new\/$/, "log-notes/known/"), { method: "POST", body });
    if (mine !== turn || !answer.ok) return;
    const html = answer.status === 200 ? await answer.text() : "";
    show(form, html ? new DOMParser().parseFromString(html, "text/html").querySelector(".known-lines") : null);
  } catch { asked = ""; }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, pauseMs);
}

document.addEventListener("input", (event) => { if (event.target.form?.matches?.("[data-composer]")) soon(); });
document.addEventListener("hindsight:composed", soon);
