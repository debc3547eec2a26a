/* <time datetime data-relative> reads "3 min ago"; the server's own words move to the title. Numbers are tabular and the width is
   reserved by the page, so nothing shifts. */
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });

function since(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  if (unit === "second") return "just now";
  return relative.format(Math.trunc(seconds / size), unit);
}

function refreshTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-relative]")) {
    const moment = Date.parse(time.dateTime);
    if (Number.isNaN(moment) || Math.abs(moment - Date.now()) > 30 * 86400000) continue;
    if (!time.title) time.title = time.textContent.trim();
    const words = since(moment);
    if (time.textContent !== words) time.textContent = words;
  }
}

refreshTimes();
setInterval(refreshTimes, 30000);
document.addEventListener("htmx:afterSwap", () => refreshTimes());
