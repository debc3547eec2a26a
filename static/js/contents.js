/* The contents beside a text say where one is; "Print" prints. */
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
  const link = event.target.closest?.(".pm-toc-fold a");
  if (link) link.closest("details").open = false;
});
const links = new Map([...document.querySelectorAll(".pm-toc-aside a[href^='#']")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
function mark() {
  const edge = innerHeight / 4;
  const above = places.filter((place) => place.getBoundingClientRect().top <= edge);
  const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 4;
  const here = atEnd ? places.at(-1) : above.at(-1);
  for (const [id, link] of links) {
    if (here && id === here.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
if (places.length) {
  let waits = false;
  addEventListener("scroll", () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; mark(); });
  }, { passive: true });
  mark();
}
