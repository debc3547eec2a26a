/* Who else is writing, and what they saved: asked for every four seconds while the tab is seen. A text that nobody touched here is
   renewed; one that was typed into stays, and is compared when it is saved. */
const form = document.getElementById("sections");
const address = form?.dataset.presence;
let writers = "";

const fieldOf = (key) => form.elements[`body_${key}`];
const token = () => document.cookie.split("; ").find((part) => part.startsWith("csrftoken="))?.slice(10) ?? form.elements.csrfmiddlewaretoken.value;
const here = () => document.activeElement?.closest?.(".pm-section")?.dataset.section ?? "";

function names(list) {
  return list.length > 2 ? `${list[0]} and ${list.length - 1} others` : list.join(" and ");
}

function showWriters(all) {
  for (const place of document.querySelectorAll("[data-who]")) {
    const list = all[place.dataset.who] ?? [];
    place.hidden = !list.length;
    place.textContent = list.length ? `${names(list)} ${list.length > 1 ? "are" : "is"} writing here` : "";
  }
  const others = [...new Set(Object.values(all).flat())];
  const place = document.getElementById("writers");
  place.hidden = !others.length;
  place.textContent = others.length ? `Also here: ${others.join(", ")}` : "";
}

function renew({ key, version, body, by, is_yours: isYours, state }) {
  const field = fieldOf(key);
  /* An answer that was overtaken by a save of this page says nothing new. */
  if (!field || version <= Number(form.elements[`base_${key}`]?.value)) return;
  const note = document.getElementById(`note-${key}`);
  if (field.value !== field.defaultValue) {
    if (isYours) return;
    note.textContent = `${by || "Somebody"} saved another text. Yours is compared with it when it is saved.`;
    note.dataset.state = "bad";
    return;
  }
  const { selectionStart, selectionEnd } = field;
  if (field.value.trim() !== body.trim()) note.textContent = "";
  field.value = body;
  field.defaultValue = field.value;
  if (document.activeElement === field) field.setSelectionRange(selectionStart, selectionEnd);
  const drawn = new DOMParser().parseFromString(state, "text/html").body.firstElementChild;
  document.getElementById(`state-${key}`)?.replaceWith(drawn);
  field.closest(".pm-section").dataset.renewed = version;
}

async function ask() {
  if (document.hidden) return;
  const body = new FormData();
  body.append("section", here());
  body.append("writers", writers);
  for (const input of form.elements) if (input.name?.startsWith("base_")) body.append(input.name, input.value);
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": decodeURIComponent(token()) }, redirect: "manual" });
    if (answer.status !== 200) return;
    const news = await answer.json();
    writers = news.writers_key;
    showWriters(news.writers);
    news.sections.forEach(renew);
  } catch { /* no connection: saving says so */ }
}

if (address) {
  ask();
  setInterval(ask, 4000);
  document.addEventListener("visibilitychange", ask);
}
