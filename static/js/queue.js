/* What was written and is not on the server yet: kept in this browser (IndexedDB, files too), per person, sent in order, once,
   when the server is there; also after a reload or a crash, and from any page. It is spoken to by events on the document:
     hindsight:enqueue {url, page, label, words, fields: [[name, value]], files: [File], lane: "text" | "upload",
                        draft: key of a draft that a refusal gives back}  keep and send
     hindsight:queue-act {id, act: "retry" | "cancel" | "take"}                                                    a person decides
     hindsight:queue-ask                                                                                           say what is there
   and it tells: hindsight:queue {items}, hindsight:kept {item}, hindsight:sent {item, html}, hindsight:refused {item, status, html}.
   Texts go one after the other; uploads three at a time. The field `once` makes sure that a repeated request acts once. */
const owner = document.body.dataset.user;
const storeName = "items";
const clearedKey = `hindsight:queue-cleared:${owner}`;
const atOnce = { text: 1, upload: 3 };
const pauses = [2, 4, 8, 15, 30];
const items = new Map();
const flying = new Map();
// Those of which this tab has not finished a request and its lock: nothing else of theirs begins before.
const busy = new Set();
const channel = "BroadcastChannel" in window ? new BroadcastChannel("hindsight-queue") : null;
let database = null;
let pause = 0;
let timer = 0;
let isAsking = false;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`hindsight:${name}`, { detail }));
const sorted = () => [...items.values()].sort((a, b) => a.at - b.at || a.serial - b.serial);
const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

function open() {
  return new Promise((resolve) => {
    if (!window.indexedDB) return resolve(null);
    const request = indexedDB.open("hindsight-queue", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });
}

function stored(mode, act) {
  return new Promise((resolve) => {
    if (!database) return resolve(undefined);
    try {
      const transaction = database.transaction(storeName, mode, { durability: "strict" });
      const request = act(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request?.result ?? null);
      transaction.onerror = transaction.onabort = () => resolve(undefined);
    } catch { resolve(undefined); }
  });
}

/* What shows of an item; its files stay out. */
const kept = ({ id, owner: who, url, page, label, words, fields, files, lane, draft, at, serial, state, fault }) =>
  ({ id, owner: who, url, page, label, words, fields, files, lane, draft, at, serial, state: state === "sending" ? "waiting" : state, fault });

function changed() {
  const list = sorted();
  const form = document.querySelector("form[data-logout]");
  if (form) {
    if (list.length) {
      form.dataset.confirm = `${list.length === 1 ? "One entry is" : `${list.length} entries are`} not sent yet and will be thrown away. Sign out?`;
      form.dataset.confirmYes = "Throw away and sign out";
    } else delete form.dataset.confirm;
  }
  tell("queue", { items: list });
}

async function add(detail) {
  const item = { ...detail, id: detail.id ?? name(), owner, at: Date.now(), serial: items.size, state: "waiting", fault: "", files: detail.files ?? [] };
  items.set(item.id, item);
  changed();
  const saved = await stored("readwrite", (store) => store.put(kept(item)));
  item.isKept = saved !== undefined;
  if (item.isKept) tell("kept", { item });
  channel?.postMessage({ added: item.id, owner });
  pump();
}

const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function forget(item) {
  items.delete(item.id);
  changed();
  await stored("readwrite", (store) => store.delete(item.id));
  channel?.postMessage({ gone: item.id });
}

function hold(item, state, fault) {
  if (!items.has(item.id)) return;
  Object.assign(item, { state, fault, progress: 0 });
  stored("readwrite", (store) => store.put(kept(item)));
  changed();
}

function later(seconds) {
  clearTimeout(timer);
  timer = setTimeout(() => { timer = 0; pump(); }, 1000 * (seconds ?? pauses[Math.min(pause++, pauses.length - 1)]));
}

const inLane = (lane, state) => sorted().filter((item) => item.lane === lane && item.state === state);

function pump() {
  if (!owner || isAsking) return;
  for (const lane of Object.keys(atOnce)) {
    const free = Math.max(0, atOnce[lane] - inLane(lane, "sending").length);
    for (const item of inLane(lane, "waiting").filter(({ id }) => !busy.has(id)).slice(0, free)) send(item);
  }
}

/* With Web Locks one tab at a time sends an item; without them `once` alone sees to it that it acts once. */
function send(item) {
  busy.add(item.id);
  item.isWanted = false;
  item.state = "sending";
  item.progress = 0;
  changed();
  const act = async (lock) => {
    if (lock === null) return hold(item, "waiting", "Another tab is sending it");
    // Another tab may have sent it; what could not be kept is here alone.
    if (item.isKept && (await stored("readonly", (store) => store.get(item.id))) === null) { items.delete(item.id); return changed(); }
    return transmit(item);
  };
  (navigator.locks ? navigator.locks.request(`hindsight-queue-${item.id}`, { ifAvailable: true }, act) : act())
    .catch(() => hold(item, "waiting", "It could not be sent"))
    .then(() => finished(item));
}

/* Whatever came of it: what waits is sent now, or a timer runs until it is. */
function finished(item) {
  busy.delete(item.id);
  if (item.state !== "waiting" || item.isWanted) pump();
  else if (!timer) later();
}

function transmit(item) {
  return new Promise((resolve) => {
    const body = new FormData();
    const token = decodeURIComponent(cookie("csrftoken"));
    item.fields.forEach(([key, value]) => body.append(key, value));
    item.files.forEach((file) => body.append("uploads", file, file.name));
    const request = new XMLHttpRequest();
    request.open("POST", item.url);
    const waited = Math.round((Date.now() - item.at) / 1000);
    const headers = { "HX-Request": "true", "X-CSRFToken": token, "X-Hindsight-Writer": owner, "X-Hindsight-Waited": String(Math.max(0, waited)) };
    Object.entries(headers).forEach(([key, value]) => request.setRequestHeader(key, value));
    request.timeout = item.files.length ? 0 : 30000;
    request.upload.onprogress = (event) => { item.progress = event.lengthComputable ? event.loaded / event.total : 0; tell("progress", { item }); };
    request.onload = () => resolve(answered(item, request));
    request.onerror = request.ontimeout = () => resolve(unreachable(item, "No connection"));
    request.onabort = () => resolve(null);
    flying.set(item.id, request);
    request.send(body);
  }).finally(() => flying.delete(item.id));
}

function unreachable(item, fault, seconds) {
  if (!items.has(item.id)) return;
  hold(item, "waiting", fault);
  later(seconds);
}

/* The page that was answered may say more than its status does. */
function toldBy(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return (page.querySelector("[data-fault]") ?? page.querySelector(".errorlist, .error-summary ul"))?.textContent.trim().replace(/\s+/g, " ") ?? "";
}

async function answered(item, request) {
  const { status, responseText: html } = request;
  const session = request.getResponseHeader("X-Hindsight-Session");
  if (status >= 200 && status < 300) {
    pause = 0;
    clearTimeout(timer);
    timer = 0;
    item.state = "sent";
    /* What came of it stands before what waited goes: no line is missing in between. */
    items.delete(item.id);
    tell("sent", { item, html });
    return forget(item);
  }
  if (session === "over") return signIn(item, html);
  if (session === "stale" && !item.isStale) { item.isStale = true; return unreachable(item, "", 0.05); }
  if (session === "other") return hold(item, "refused", toldBy(html));
  if ([502, 503, 504].includes(status)) return unreachable(item, "The server is not answering", Number(request.getResponseHeader("Retry-After")) || undefined);
  if (status === 429) return unreachable(item, "Too many at once", Number(request.getResponseHeader("Retry-After")) || 30);
  if (request.getResponseHeader("X-Hindsight-Secrets")) {
    hold(item, "refused", "It seems to hold a credential: say whether to mask it.");
    return tell("secrets", { item, html });
  }
  const words = { 403: "You may read this, not change it", 404: "No such page, or not shared with you", 413: "The file is larger than this installation takes", 507: "The server's disk is full" };
  const fault = toldBy(html) || words[status] || `The server answered with an error (${status})`;
  hold(item, "refused", fault);
  return tell("refused", { item, status, html, fault });
}

function signIn(item, html) {
  hold(item, "waiting", "Your session ended");
  if (isAsking) return;
  isAsking = true;
  tell("session-over", { html, resume: () => { isAsking = false; pump(); }, leave: () => { isAsking = false; hold(item, "refused", "Your session ended; sign in and try again"); } });
}

function decide({ id, act, fields }) {
  const item = items.get(id);
  if (!item) return;
  if (fields) item.fields = fields;
  if (act === "retry") {
    pause = 0;
    // Its last request may not have let go of its lock yet: then it goes once that is over.
    item.isWanted = true;
    if (item.state !== "sending") hold(item, "waiting", "");
    pump();
    return;
  }
  forget(item);
  flying.get(id)?.abort();
}

async function load() {
  const all = (await stored("readonly", (store) => store.getAll())) ?? [];
  const cleared = Number(localStorage.getItem(clearedKey) ?? 0);
  for (const item of all) {
    if (item.owner !== owner || items.has(item.id)) continue;
    if (item.at <= cleared) stored("readwrite", (store) => store.delete(item.id));
    else items.set(item.id, Object.assign(item, { isKept: true }));
  }
  changed();
  pump();
}

function wake() {
  pause = 0;
  pump();
}

if (owner) {
  open().then((opened) => { database = opened; return load(); });
  document.addEventListener("hindsight:enqueue", (event) => add(event.detail));
  document.addEventListener("hindsight:queue-act", (event) => decide(event.detail));
  document.addEventListener("hindsight:queue-ask", changed);
  document.addEventListener("hindsight:signed-in", wake);
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  channel?.addEventListener("message", ({ data }) => {
    if (data.gone && items.delete(data.gone)) { flying.get(data.gone)?.abort(); changed(); }
    if (data.added && data.owner === owner) load();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-logout]")) return;
    localStorage.setItem(clearedKey, String(Date.now()));
    sorted().forEach((item) => stored("readwrite", (store) => store.delete(item.id)));
  });
}
