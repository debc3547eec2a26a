/* Credentials that the server found in what was sent (hindsight/safe_paste.py). Its answer to htmx is a dialog; what was decided
   there is put into the form, masks where the text stands, and the form is sent again. Waiting items of the queue are decided on
   in the same way: hindsight:secrets {item, html}. */
const pendingKey = "hindsight:draft-sent";
const sentDraft = sessionStorage.getItem(pendingKey);
let asked = null;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));
const headerOf = (xhr) => xhr.getResponseHeader("X-Hindsight-Secrets") === "found";
const token = () => decodeURIComponent(document.cookie.split("; ").find((part) => part.startsWith("csrftoken="))?.slice(10) ?? "");
const choiceOf = (dialog, digest) => dialog.querySelector(`[name="secret_choice_${digest}"]:checked`)?.value ?? "mask";
const digests = (dialog) => [...dialog.querySelectorAll("[name=secret_seen]")].map((input) => input.value);

async function keep(dialog) {
  const kept = digests(dialog).filter((digest) => choiceOf(dialog, digest) === "keep");
  if (!kept.length) return true;
  const body = new FormData();
  kept.forEach((digest) => body.append(`secret_choice_${digest}`, "keep"));
  try {
    return (await fetch(dialog.dataset.keepUrl, { method: "POST", body, headers: { "X-CSRFToken": token() } })).ok;
  } catch { return false; }
}

/* From the end, so that the places before stay true. Fields of a form, or those that name it. */
function mask(dialog, form) {
  const places = [...dialog.querySelectorAll("[data-place]")].map((place) => place.dataset)
    .filter((place) => Number(place.start) >= 0 && choiceOf(dialog, place.digest) === "mask").sort((a, b) => b.start - a.start);
  const changed = new Set();
  for (const place of places) {
    const field = form?.elements?.[place.field];
    if (!field || typeof field.value !== "string" || field.type === "file") continue;
    field.value = field.value.slice(0, place.start) + place.mask + field.value.slice(place.end);
    changed.add(field);
  }
  changed.forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
}

function note(form, dialog) {
  form.querySelectorAll("[name=secret_seen]").forEach((input) => input.remove());
  digests(dialog).forEach((value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "secret_seen", value })));
}

function again({ elt, event }, dialog) {
  const form = elt instanceof HTMLFormElement ? elt : elt.closest("form") ?? document.getElementById(elt.dataset.form ?? "sections");
  mask(dialog, form);
  if (elt instanceof HTMLFormElement) {
    note(elt, dialog);
    elt.requestSubmit(event?.submitter?.isConnected ? event.submitter : undefined);
  } else window.htmx.trigger(elt, event?.type ?? "click");
}

function sendItem(item, dialog) {
  const seen = digests(dialog).map((digest) => ["secret_seen", digest]);
  tell("queue-act", { id: item.id, act: "retry", fields: [...item.fields.filter(([name]) => name !== "secret_seen"), ...seen] });
}

async function decided(dialog, act) {
  const isSaved = dialog.returnValue === "save" && (await keep(dialog) || (tell("toast", { text: "No connection. Try again in a moment.", level: "error" }), false));
  if (isSaved) act(dialog);
  dialog.remove();
}

function open(dialog, act) {
  dialog.addEventListener("close", () => decided(dialog, act));
  dialog.showModal();
  dialog.querySelector("[data-autofocus]")?.focus();
}

document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (!headerOf(detail.xhr)) return;
  document.getElementById("secrets-found")?.remove();
  asked = { elt: detail.requestConfig.elt, event: detail.requestConfig.triggeringEvent };
});
document.addEventListener("htmx:afterSwap", () => {
  const dialog = document.getElementById("secrets-found");
  if (!dialog || dialog.open || !asked) return;
  const { elt, event } = asked;
  asked = null;
  open(dialog, () => again({ elt, event }, dialog));
});
document.addEventListener("hindsight:secrets", ({ detail: { item, html } }) => {
  if (document.querySelector("dialog[open]")) return;
  document.getElementById("secrets-found")?.remove();
  const dialog = new DOMParser().parseFromString(html, "text/html").getElementById("secrets-found");
  if (!dialog) return;
  document.body.append(dialog);
  open(dialog, () => sendItem(item, dialog));
});
/* The page that asks without htmx: once its form is saved, the draft of the form before it goes. */
document.addEventListener("submit", (event) => { if (event.target.matches("[data-secrets-form]") && sentDraft) sessionStorage.setItem(pendingKey, sentDraft); });
