/* Status, lead and acknowledgement from the head of an incident without loading the page anew: what is half written in the composer
   stays in it. What is refused, or asks for something, is sent as a plain form and answered with its page. */
const acts = /\/(?:status|acknowledge|lead\/take)\/$/;
const plain = new WeakSet();
let isPressed = false;

/* Not form.action, which is a field where one has that name. */
const addressOf = (form) => form.getAttribute("action") ?? "";

function sendPlainly(form, button) {
  plain.add(form);
  form.requestSubmit(button?.isConnected ? button : undefined);
}

async function act(form, button) {
  if (isPressed) return;
  isPressed = true;
  try {
    const answer = await fetch(addressOf(form), { method: "POST", body: new FormData(form, button), redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    /* A form that holds the focus is not drawn anew. */
    document.activeElement?.blur();
    document.dispatchEvent(new CustomEvent("hindsight:changed"));
  } catch (problem) {
    isPressed = false;
    if (problem instanceof TypeError) document.dispatchEvent(new CustomEvent("hindsight:toast", { detail: { text: "No connection: nothing was changed.", level: "error" } }));
    else sendPlainly(form, button);
  }
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const { pathname } = new URL(addressOf(form), location.href);
  if (!document.getElementById("composer") || !acts.test(pathname) || !pathname.startsWith(location.pathname)) return;
  if (plain.delete(form) || event.defaultPrevented) return;
  event.preventDefault();
  act(form, submitter);
});
document.addEventListener("hindsight:drawn", () => {
  if (!isPressed) return;
  isPressed = false;
  if (document.activeElement === document.body) document.querySelector("form.stages :is(a, button).stage-name")?.focus({ preventScroll: true });
});
