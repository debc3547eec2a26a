/* Pasted or dropped files: inside [data-paste-target] they are added to the form's file input (the one that the attribute's
   selector names, else the first), shown as previews in the form's .previews, and sent with the form like any file. */
function fileInput(zone) {
  const form = zone.closest("form") ?? zone;
  return (zone.dataset.pasteTarget && form.querySelector(zone.dataset.pasteTarget)) || form.querySelector('input[type="file"]');
}

function named(file) {
  if (file.name && file.name !== "image.png") return file;
  const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return new File([file], `pasted-${stamp}.${(file.type.split("/")[1] ?? "bin").replace("jpeg", "jpg")}`, { type: file.type });
}

function setFiles(input, files) {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function preview(input, file, index) {
  const item = document.createElement("div");
  item.className = "preview";
  if (file.type.startsWith("image/")) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    item.append(image);
  }
  const name = document.createElement("span");
  name.className = "truncate";
  name.textContent = file.name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "button button-sm";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `Remove ${file.name}`);
  remove.addEventListener("click", () => setFiles(input, [...input.files].filter((_, at) => at !== index)));
  item.append(name, remove);
  return item;
}

function showPreviews(input) {
  const box = (input.form ?? document).querySelector(".previews");
  if (box) box.replaceChildren(...[...input.files].map((file, index) => preview(input, file, index)));
}

function take(zone, list) {
  const input = fileInput(zone);
  const files = [...list].map(named);
  if (!input || !files.length) return false;
  setFiles(input, input.multiple ? [...input.files, ...files] : files.slice(0, 1));
  return true;
}

const zoneOf = (event) => event.target.closest?.("[data-paste-target]");

document.addEventListener("paste", (event) => {
  const zone = zoneOf(event);
  if (zone && event.clipboardData?.files.length && take(zone, event.clipboardData.files)) event.preventDefault();
});
document.addEventListener("dragover", (event) => {
  const zone = zoneOf(event);
  if (!zone || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  zone.classList.add("is-dropping");
});
for (const name of ["dragleave", "drop"]) document.addEventListener(name, (event) => zoneOf(event)?.classList.remove("is-dropping"));
document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (zone && event.dataTransfer?.files.length && take(zone, event.dataTransfer.files)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.matches('input[type="file"]') && event.target.closest("form")?.querySelector(".previews")) showPreviews(event.target);
});
document.addEventListener("reset", (event) => event.target.querySelector(".previews")?.replaceChildren());

/* An answer should take seconds, but a file over a phone may take minutes: a request that carries one has no time limit. */
document.addEventListener("htmx:beforeSend", (event) => {
  const { xhr, requestConfig } = event.detail;
  if ([...(requestConfig.elt.elements ?? [])].some((field) => field.type === "file" && field.files.length)) xhr.timeout = 0;
});
