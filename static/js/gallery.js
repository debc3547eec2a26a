/* Pictures of an incident, large over the page: zoom by wheel, pinch and + - 0 1, arrows move or go on, Escape goes back to
   where it was opened. Without the script each picture is a link to its own page. Comparing two follows a slider. */
const largest = 8;
let viewer = null;
let spot = null; /* { figure, scale, fit, width, height } */
const fingers = new Map();
let pinch = 0;

const pictures = () => [...document.querySelectorAll("figure[data-picture]")].filter((figure) => figure.querySelector("a[data-zoom] img") && !figure.closest("dialog"));

function build() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog viewer";
  dialog.setAttribute("aria-labelledby", "viewer-title");
  dialog.innerHTML = `<div class="viewer-bar"><h2 class="viewer-title" id="viewer-title"></h2><span class="muted small num" data-at></span>
<div class="button-group"><button class="button button-sm" type="button" data-go="-1">Previous</button><button class="button button-sm" type="button" data-go="1">Next</button></div>
<div class="button-group"><button class="button button-sm" type="button" data-size="out" aria-label="Zoom out">−</button><button class="button button-sm num" type="button" data-size="fit" title="Fit">100 %</button><button class="button button-sm" type="button" data-size="in" aria-label="Zoom in">+</button></div>
<a class="button button-sm" data-page>Open its page</a><button class="button button-sm" type="button" data-shut>Close</button></div>
<div class="viewer-stage" tabindex="0" role="region" aria-label="Picture; + and - zoom, 0 fits, arrows move"><img alt="" decoding="async"></div><div class="viewer-words" hidden tabindex="0" role="region" aria-label="Words in this picture"><pre dir="ltr"></pre></div>`;
  document.body.append(dialog);
  dialog.addEventListener("click", onClick);
  dialog.addEventListener("keydown", onKey);
  dialog.addEventListener("close", () => { const back = spot?.figure.querySelector("a[data-zoom]"); spot = null; back?.focus(); });
  const stage = dialog.querySelector(".viewer-stage");
  stage.addEventListener("wheel", onWheel, { passive: false });
  stage.addEventListener("pointerdown", onDown);
  stage.addEventListener("pointermove", onMove);
  for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, onUp);
  return dialog;
}

const stageOf = () => viewer.querySelector(".viewer-stage");

function show(figure) {
  viewer ??= build();
  const small = figure.querySelector("a[data-zoom] img");
  const all = pictures();
  const image = stageOf().querySelector("img");
  const width = Number(small.getAttribute("width")) || small.naturalWidth;
  const height = Number(small.getAttribute("height")) || small.naturalHeight;
  spot = { figure, width, height, address: small.src.replace(/\?.*$/, ""), isLarge: false, scale: 1, fit: 1 };
  image.alt = small.alt;
  image.src = spot.address;
  viewer.querySelector("#viewer-title").textContent = figure.querySelector(".figure-name")?.textContent ?? small.alt;
  viewer.querySelector("[data-at]").textContent = `${all.indexOf(figure) + 1} of ${all.length}`;
  viewer.querySelector("[data-page]").href = figure.dataset.picture;
  for (const button of viewer.querySelectorAll("[data-go]")) button.disabled = !all[all.indexOf(figure) + Number(button.dataset.go)];
  const words = figure.querySelector(".words")?.textContent ?? "";
  viewer.querySelector(".viewer-words").hidden = !words;
  viewer.querySelector(".viewer-words pre").textContent = words;
  if (!viewer.open) viewer.showModal();
  fit();
  stageOf().focus({ preventScroll: true });
}

function fit() {
  const stage = stageOf();
  spot.fit = Math.min(1, stage.clientWidth / spot.width, stage.clientHeight / spot.height) || 1;
  size(spot.fit);
}

/* The point of the picture that is under `at` stays there. */
function size(scale, at) {
  const stage = stageOf();
  const image = stage.querySelector("img");
  const box = stage.getBoundingClientRect();
  const x = at ? at.x - box.left : stage.clientWidth / 2;
  const y = at ? at.y - box.top : stage.clientHeight / 2;
  const before = image.getBoundingClientRect();
  const part = before.width ? [(x + box.left - before.left) / before.width, (y + box.top - before.top) / before.height] : [0.5, 0.5];
  spot.scale = Math.min(largest, Math.max(Math.min(spot.fit, 0.1), scale));
  if (spot.scale > spot.fit && !spot.isLarge && Math.max(spot.width, spot.height) > 1600) {
    spot.isLarge = true;
    image.src = `${spot.address}?size=large`;
  }
  image.setAttribute("width", Math.round(spot.width * spot.scale));
  image.setAttribute("height", Math.round(spot.height * spot.scale));
  const now = image.getBoundingClientRect();
  stage.scrollLeft += now.left + part[0] * now.width - x - box.left;
  stage.scrollTop += now.top + part[1] * now.height - y - box.top;
  viewer.querySelector("[data-size=fit]").textContent = `${Math.round(spot.scale * 100)} %`;
}

function go(step) {
  const all = pictures();
  const next = all[all.indexOf(spot.figure) + step];
  if (next) show(next);
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.go) go(Number(button.dataset.go));
  else if (button.dataset.size === "fit") fit();
  else if (button.dataset.size) size(spot.scale * (button.dataset.size === "in" ? 1.25 : 0.8));
  else if (button.matches("[data-shut]")) viewer.close();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(".viewer-words")) return;
  const isZoomed = spot.scale > spot.fit * 1.01;
  const move = (x, y) => stageOf().scrollBy(x, y);
  const act = {
    "+": () => size(spot.scale * 1.25), "=": () => size(spot.scale * 1.25), "-": () => size(spot.scale * 0.8),
    0: fit, 1: () => size(1), PageDown: () => go(1), PageUp: () => go(-1),
    ArrowRight: () => (isZoomed ? move(60, 0) : go(1)), ArrowLeft: () => (isZoomed ? move(-60, 0) : go(-1)),
    ArrowDown: () => move(0, 60), ArrowUp: () => move(0, -60),
  }[event.key];
  if (event.key !== "Escape" && event.key !== "Tab" && event.key !== "Enter" && event.key !== " ") event.stopPropagation();
  if (!act) return;
  event.preventDefault();
  act();
}

function onWheel(event) {
  event.preventDefault();
  size(spot.scale * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), { x: event.clientX, y: event.clientY });
}

function onDown(event) {
  fingers.set(event.pointerId, event);
  event.currentTarget.setPointerCapture(event.pointerId);
  event.currentTarget.classList.add("is-held");
  pinch = 0;
}

function onMove(event) {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  fingers.set(event.pointerId, event);
  if (fingers.size === 1) { stageOf().scrollBy(before.clientX - event.clientX, before.clientY - event.clientY); return; }
  const [one, other] = [...fingers.values()];
  const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  if (pinch) size((spot.scale * apart) / pinch, { x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2 });
  pinch = apart;
}

function onUp(event) {
  fingers.delete(event.pointerId);
  pinch = 0;
  if (!fingers.size) event.currentTarget.classList.remove("is-held");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.closest("figure"));
});
window.addEventListener("resize", () => { if (viewer?.open && spot) fit(); });

/* Comparing: the slider moves the edge between two pictures, or how much of the second shows. */
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-compare-range]")) return;
  const stage = document.querySelector("[data-compare]");
  stage?.style.setProperty("--at", `${event.target.value}%`);
  stage?.style.setProperty("--mix", String(event.target.value / 100));
});
