/* Single keys can be switched off in the help, for this person in this browser: voice control and a slip of the hand press them
   as well (WCAG 2.1.4). Keys with Ctrl go on working. */
const keysName = `hindsight:keys:${document.body.dataset.user ?? ""}`;

function keepKeys(on) {
  if (on) delete document.documentElement.dataset.keys;
  else document.documentElement.dataset.keys = "off";
  try {
    if (on) localStorage.removeItem(keysName);
    else localStorage.setItem(keysName, "off");
  } catch { /* no storage: it holds for this page */ }
}

function keptKeys() {
  try { return localStorage.getItem(keysName) !== "off"; } catch { return true; }
}

const keysBox = document.querySelector("[data-keys]");
if (!keptKeys()) document.documentElement.dataset.keys = "off";
if (keysBox) keysBox.checked = keptKeys();
document.addEventListener("change", (event) => { if (event.target.matches("[data-keys]")) keepKeys(event.target.checked); });
