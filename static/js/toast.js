/* Toasts: dismissing them, letting good news go after a while, and saying what went wrong with an htmx request.
   Anybody may ask for one: document.dispatchEvent(new CustomEvent("hindsight:toast", {detail: {text, level}})), or the
   server with the header HX-Trigger: {"hindsight:toast": {"text": "Saved.", "level": "success"}}. */
const toastLife = 8000;

function letGo(toast) {
  if (toast.matches(".toast-success, .toast-info, .toast-debug")) {
    setTimeout(() => (toast.matches(":hover, :focus-within") ? letGo(toast) : toast.remove()), toastLife);
  }
}

function addToast(text, level = "info") {
  const box = document.getElementById("toasts");
  if (!box) return;
  const toast = document.createElement("div");
  toast.className = `toast toast-${level}`;
  const words = document.createElement("div");
  words.className = "toast-text";
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-quiet button-sm toast-close";
  close.textContent = "Dismiss";
  toast.append(words, close);
  box.append(toast);
  letGo(toast);
}

const httpWords = {
  401: "Your session ended. Sign in in another tab, then send it again; your text stays in this page.",
  403: "Not saved: you may read this, not change it.",
  404: "No such page, or not shared with you.",
  413: "The file is larger than this installation takes.",
  429: "Too many tries. Wait a minute and try again.",
  503: "The database is not answering. Your text is kept in this browser; send it again in a moment.",
  507: "The server's disk is full. Your text is kept in this browser; tell an administrator.",
};

document.querySelectorAll(".toast").forEach(letGo);
document.addEventListener("click", (event) => event.target.closest(".toast-close")?.closest(".toast").remove());
document.addEventListener("hindsight:toast", (event) => addToast(event.detail.text ?? event.detail.value, event.detail.level));
/* The page that was answered may know more than its status, such as how large a file may be: [data-fault]. */
const toldBy = (xhr) => new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-fault]")?.textContent.trim();

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt.hasAttribute("data-quiet")) return;
  addToast(toldBy(event.detail.xhr) ?? httpWords[event.detail.xhr.status] ?? "Not saved: something broke on the server. Your text is kept in this browser.", "error");
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (!event.detail.elt.hasAttribute("data-quiet")) addToast("No connection. Your text is kept in this browser; send it again when you are back.", "warning");
  });
}
document.addEventListener("htmx:oobAfterSwap", () => document.querySelectorAll("#toasts .toast:not([data-seen])").forEach((toast) => { toast.dataset.seen = ""; letGo(toast); }));
