/* Turns dark into light and back in this browser. The server draws what the person chose in settings; a choice made here holds
   for the tab's life and is sent nowhere. */
const themeKey = "hindsight:theme";

function isDark() {
  const set = document.documentElement.dataset.theme;
  return set === "dark" || (set !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

const keptTheme = sessionStorage.getItem(themeKey);
if (keptTheme === "dark" || keptTheme === "light") document.documentElement.dataset.theme = keptTheme;

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  sessionStorage.setItem(themeKey, next);
});
