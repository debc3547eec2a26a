/* A session that ends while somebody writes. The server marks its answers with X-Hindsight-Session: "over" opens a sign-in
   dialog and sends the request again afterwards; "stale" (the CSRF token changed in another tab) sends it again once. Others who
   talk to the server ask for the dialog with hindsight:session-over {html, resume, leave}; after it comes hindsight:signed-in. */
const retried = new WeakSet();
const waiting = [];

function resend(config) {
  const element = config.elt;
  const event = config.triggeringEvent;
  if (!element.isConnected) return;
  if (element instanceof HTMLFormElement) element.requestSubmit(event?.submitter?.isConnected ? event.submitter : undefined);
  else window.htmx.trigger(element, event?.type ?? "click");
}

async function signIn(form, dialog) {
  const problem = form.querySelector("[data-session-error]");
  let status = 0;
  try {
    status = (await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" }, redirect: "manual" })).status;
  } catch { /* no connection: status stays 0 */ }
  if (status === 204) {
    dialog.returnValue = "in";
    dialog.close();
    return;
  }
  const words = { 0: "No connection. Try again in a moment.", 403: "This page is too old. Sign in in another tab, then send again.", 422: "User name and password don't match.", 429: "Too many tries. Try again in 60 s." };
  problem.textContent = words[status] ?? "Signing in did not work. Sign in in another tab, then send again.";
  problem.hidden = false;
}

function closed(dialog) {
  const isIn = dialog.returnValue === "in";
  dialog.remove();
  waiting.splice(0).forEach(({ resume, leave }) => (isIn ? resume() : leave?.()));
  if (isIn) document.dispatchEvent(new CustomEvent("hindsight:signed-in"));
}

function openDialog(html, resume, leave) {
  waiting.push({ resume, leave });
  if (document.getElementById("session-over")) return;
  const dialog = document.createElement("dialog");
  dialog.id = "session-over";
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "session-over-title");
  dialog.append(...new DOMParser().parseFromString(html, "text/html").body.children);
  dialog.addEventListener("close", () => closed(dialog));
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    signIn(event.target, dialog);
  });
  document.body.append(dialog);
  dialog.showModal();
  /* Whose page this is, is known: the password is what is missing. */
  const { login } = document.body.dataset;
  if (!login) return;
  dialog.querySelector("#session-login").value = login;
  dialog.querySelector("#session-password").focus();
}

document.addEventListener("hindsight:session-over", ({ detail }) => openDialog(detail.html, detail.resume, detail.leave));

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig, elt } = event.detail;
  const state = xhr.getResponseHeader("X-Hindsight-Session");
  if (!state || elt.hasAttribute("data-quiet")) return;
  if (state === "over") {
    event.preventDefault();
    openDialog(xhr.responseText, () => resend(requestConfig));
  } else if (state === "stale" && !retried.has(elt)) {
    event.preventDefault();
    retried.add(elt);
    setTimeout(() => { resend(requestConfig); setTimeout(() => retried.delete(elt), 5000); });
  }
});
