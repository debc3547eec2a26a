/* New lines of others that are out of sight are counted in a button that leads to them. */
const unseen = new Set();
const observer = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    unseen.delete(target);
    observer.unobserve(target);
    setTimeout(() => target.classList.remove("is-new"), 4000);
  }
  show();
});
/* What this page sends may come by a poll before its own answer does: it is news only if no answer claims it. */
const unclaimed = new Set();
let isSending = false;
const isMine = (line) => line.querySelector(".entry-author")?.textContent === document.getElementById("live")?.dataset.me;

function show() {
  for (const line of unseen) if (!line.isConnected) unseen.delete(line);
  let news = document.getElementById("live-news");
  if (!unseen.size) { news?.remove(); return; }
  if (!news) {
    news = Object.assign(document.createElement("button"), { id: "live-news", type: "button", className: "button button-sm live-news" });
    news.addEventListener("click", () => {
      const first = [...unseen][0];
      first?.scrollIntoView({ block: "center" });
      first?.querySelector(".entry-when a")?.focus({ preventScroll: true });
    });
    document.querySelector("main").append(news);
  }
  const isAbove = [...unseen][0].getBoundingClientRect().top < 0;
  const words = `${unseen.size} new ${unseen.size === 1 ? "line" : "lines"} ${isAbove ? "above" : "below"}`;
  if (news.textContent !== words) news.textContent = words;
}

function came(line) {
  if (isSending && isMine(line)) { unclaimed.add(line); return; }
  line.classList.add("is-new");
  unseen.add(line);
  observer.observe(line);
}

function claimed(line) {
  unclaimed.delete(line);
  unseen.delete(line);
  observer.unobserve(line);
  line.classList.remove("is-new");
  show();
}

document.addEventListener("hindsight:line-new", ({ detail }) => came(detail.line));
document.addEventListener("hindsight:line-own", ({ detail }) => claimed(detail.line));
document.addEventListener("hindsight:queue", ({ detail: { items } }) => {
  const label = document.querySelector("form[data-composer]")?.dataset.label;
  isSending = items.some((item) => item.label === label && item.state === "sending");
  if (isSending) return;
  const left = [...unclaimed].filter((line) => line.isConnected);
  unclaimed.clear();
  left.forEach(came);
});
