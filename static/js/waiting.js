/* The number of things that wait for the reader, beside its link: asked for after the page, at most every two minutes. */
const link = document.querySelector("[data-waiting]");
const badge = link?.querySelector("[data-waiting-count]");
const user = document.body.dataset.user ?? "";
const kept = "hindsight-waiting";
const fresh = 120_000;

function show(count) {
  badge.hidden = !count;
  badge.textContent = count > 99 ? "99+" : String(count);
  link.setAttribute("aria-label", count ? `Waiting for you: ${count}` : "Waiting for you: nothing");
}

function remembered() {
  try {
    const known = JSON.parse(sessionStorage.getItem(kept) ?? "null");
    return known?.user === user && Date.now() - known.at < fresh ? known.count : null;
  } catch { return null; }
}

async function ask() {
  try {
    const answer = await fetch(link.dataset.waiting, { headers: { Accept: "text/plain" }, redirect: "error" });
    const count = Number.parseInt(await answer.text(), 10);
    if (!answer.ok || Number.isNaN(count)) return;
    sessionStorage.setItem(kept, JSON.stringify({ user, count, at: Date.now() }));
    show(count);
  } catch { /* The link works without its number. */ }
}

if (badge) {
  const count = location.pathname === link.pathname ? null : remembered();
  if (count === null) (globalThis.requestIdleCallback ?? setTimeout)(ask);
  else show(count);
}
