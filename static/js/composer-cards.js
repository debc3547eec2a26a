/* Snippets in the composer: a card each, with the language that was guessed (one choice corrects it), a file name, and the ways
   back: keep it as text, or remove it. The cards are mirrored as JSON in the field `cards`, which is sent and kept as a draft. */
const cardsIn = (form) => [...form.querySelectorAll(".composer-card")];
const part = (card, name) => card.querySelector(`[data-card="${name}"]`);
const timers = new WeakMap();

function mirror(form) {
  const list = cardsIn(form).map((card) => ({ code: part(card, "code").value, language: part(card, "language").value, filename: part(card, "filename").value }));
  const text = list.length ? JSON.stringify(list) : "";
  if (form.elements.cards.value === text) return;
  form.elements.cards.value = text;
  form.dataset.mirroring = "";
  form.elements.cards.dispatchEvent(new Event("input", { bubbles: true }));
  delete form.dataset.mirroring;
}

function count(card) {
  const lines = part(card, "code").value.replace(/\n$/, "").split("\n").length;
  part(card, "count").textContent = `${lines.toLocaleString()} ${lines === 1 ? "line" : "lines"}`;
}

async function guess(form, card) {
  const select = part(card, "language");
  if (select.dataset.chosen) return;
  const body = new FormData();
  body.append("code", part(card, "code").value.slice(0, 20000));
  body.append("filename", part(card, "filename").value);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(form.dataset.plan, { method: "POST", body });
    const found = answer.ok ? (await answer.json()).language : null;
    if (!found || select.dataset.chosen || !card.isConnected) return;
    select.value = found.key;
    mirror(form);
  } catch { /* offline: the server guesses when it arrives */ }
}

function soon(form, card) {
  clearTimeout(timers.get(card));
  timers.set(card, setTimeout(() => guess(form, card), 400));
}

function build(form, { code, language, filename }) {
  const card = form.querySelector("template[data-card-template]").content.firstElementChild.cloneNode(true);
  const select = part(card, "language");
  select.append(...form.elements.language.cloneNode(true).children);
  select.value = language || "";
  if (language) select.dataset.chosen = "1";
  part(card, "code").value = code;
  part(card, "filename").value = filename || "";
  form.querySelector(".composer-cards").append(card);
  count(card);
  return card;
}

document.addEventListener("hindsight:card", ({ detail: { form, code, filename } }) => {
  const card = build(form, { code, filename });
  mirror(form);
  guess(form, card);
  if (!code) part(card, "code").focus();
});
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches?.("[data-composer]")) return;
  const card = event.target.closest(".composer-card");
  if (card) {
    if (event.target.matches("[data-card=language]")) event.target.dataset.chosen = "1";
    count(card);
    soon(form, card);
    mirror(form);
  } else if (event.target.name === "cards" && !("mirroring" in form.dataset)) {
    /* A draft or a refused entry comes back, or the composer is emptied. */
    cardsIn(form).forEach((old) => old.remove());
    JSON.parse(event.target.value || "[]").forEach((given) => build(form, given));
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-card-act]");
  const form = button?.closest("form[data-composer]");
  if (!form) return;
  const card = button.closest(".composer-card");
  const box = form.querySelector("textarea[name=body]");
  if (button.dataset.cardAct === "new") {
    document.dispatchEvent(new CustomEvent("hindsight:card", { detail: { form, code: "", filename: "" } }));
    return;
  }
  if (button.dataset.cardAct === "text") {
    box.setRangeText(part(card, "code").value, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  card.remove();
  mirror(form);
  box.focus();
});
