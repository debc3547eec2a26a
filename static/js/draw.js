/* Drawing on a copy of a picture. The rows of numbers are what is sent; over the picture they are drawn as SVG, and dragging
   writes rows. The server draws the copy from them, so that it looks alike without the script. */
const form = document.querySelector("form[data-draw]");

function start() {
  const rows = form.querySelector("[data-rows]");
  const blank = form.querySelector("template[data-row]");
  const over = form.querySelector(".drawing-over");
  const width = Number(form.dataset.width), height = Number(form.dataset.height);
  const stroke = Number(form.dataset.stroke), letters = Number(form.dataset.letters);
  const edge = form.dataset.edge;
  const buttons = [...form.querySelectorAll("[data-colour]")];
  const colours = Object.fromEntries(buttons.map((one) => [one.dataset.colour, one.dataset]));
  let tool = "", colour = buttons[0]?.dataset.colour ?? "", done = [], undone = [], drag = null;

  /* Rows and shapes. */
  const isCovers = form.dataset.draw === "covers"; /* their rows say where they begin and how large they are */
  const names = isCovers ? ["x", "y", "w", "h"] : ["kind", "x1", "y1", "x2", "y2", "words", "colour"];
  const field = (row, name) => row.querySelector(`[name="${name}"]`);
  const told = ({ x, y, w, h }) => ({ kind: "cover", x1: x, y1: y, x2: x + w, y2: y + h, words: "", colour: "" });
  const untold = (shape) => ({ x: Math.min(shape.x1, shape.x2), y: Math.min(shape.y1, shape.y2), w: Math.abs(shape.x2 - shape.x1), h: Math.abs(shape.y2 - shape.y1) });
  const read = () => [...rows.children].map((row) => {
    const values = Object.fromEntries(names.map((name) => [name, /^[xywh]\d?$/.test(name) ? Number(field(row, name).value) || 0 : field(row, name).value]));
    return isCovers ? told(values) : values;
  });

  function write(shapes) {
    rows.replaceChildren(...shapes.map((shape, at) => {
      const row = blank.content.firstElementChild.cloneNode(true);
      const values = isCovers ? untold(shape) : shape;
      for (const name of names) field(row, name).value = values[name];
      row.querySelector("legend").textContent = at + 1;
      row.querySelector("[data-remove]").value = `remove:${at}`;
      row.querySelector("[data-remove] .visually-hidden").textContent = ` number ${at + 1}`;
      return row;
    }));
    paint(shapes);
  }

  /* A change that can be taken back. */
  function keep(shapes) {
    done.push(last);
    undone = [];
    last = shapes;
    write(shapes);
    step();
  }

  function step() {
    form.querySelector("[data-undo]").disabled = !done.length;
    form.querySelector("[data-redo]").disabled = !undone.length;
  }

  function back(from, to) {
    if (!from.length) return;
    to.push(last);
    last = from.pop();
    write(last);
    step();
  }

  /* SVG. */
  const part = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const corners = ({ x1, y1, x2, y2 }) => ({ x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) });
  const looks = {
    box: (shape) => [part("rect", { ...corners(shape), fill: "none", stroke: edge, "stroke-width": stroke * 2 }), part("rect", { ...corners(shape), fill: "none", stroke: colours[shape.colour].value, "stroke-width": stroke })],
    cover: (shape) => [part("rect", { ...corners(shape), fill: form.dataset.cover })],
    arrow: (shape) => {
      const angle = Math.atan2(shape.y2 - shape.y1, shape.x2 - shape.x1);
      const base = [shape.x2 - Math.cos(angle) * 5 * stroke, shape.y2 - Math.sin(angle) * 5 * stroke];
      const side = (sign) => `${base[0] - Math.sin(angle) * 2.2 * stroke * sign},${base[1] + Math.cos(angle) * 2.2 * stroke * sign}`;
      const line = { x1: shape.x1, y1: shape.y1, x2: base[0], y2: base[1] }, points = `${shape.x2},${shape.y2} ${side(1)} ${side(-1)}`;
      const fill = colours[shape.colour].value;
      return [part("line", { ...line, stroke: edge, "stroke-width": stroke * 2 }), part("polygon", { points, fill: edge, stroke: edge, "stroke-width": stroke }), part("line", { ...line, stroke: fill, "stroke-width": stroke }), part("polygon", { points, fill })];
    },
    label: (shape) => {
      const pad = Math.floor(letters / 3), wide = Math.max(shape.words.length * letters * 0.68, letters * 0.75);
      const text = part("text", { x: shape.x1 + pad + wide / 2, y: shape.y1 + pad + letters * 0.82, "text-anchor": "middle", "font-size": letters, "font-weight": 700, fill: colours[shape.colour].ink });
      text.textContent = shape.words;
      return [part("rect", { x: shape.x1, y: shape.y1, width: wide + 2 * pad, height: letters + 2 * pad, rx: pad, fill: colours[shape.colour].value, stroke: edge, "stroke-width": stroke / 2 }), text];
    },
  };
  const paint = (shapes) => over.replaceChildren(...shapes.map((shape) => { const group = part("g", {}); group.append(...looks[shape.kind](shape)); return group; }));

  /* What comes next. */
  const wordsFor = (kind) => (kind === "label" ? String(1 + read().filter((shape) => shape.kind === "label").length) : "");
  const isFull = () => rows.children.length >= Number(form.dataset.most);

  function add(shape) {
    if (isFull()) return;
    keep([...read(), shape]);
  }

  function arm(name) {
    tool = tool === name ? "" : name;
    form.classList.toggle("is-armed", Boolean(tool));
    for (const button of form.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { tool: kind, colour: chosen } = button.dataset;
    if (kind || button.matches("[data-remove], [data-undo], [data-redo]")) event.preventDefault();
    if (kind && event.detail === 0) {
      /* From the keyboard: one in the middle, with the focus in its numbers. */
      add({ kind, x1: Math.round(width / 4), y1: Math.round(height / 4), x2: Math.round((width * 3) / 4), y2: Math.round(height / 2), words: wordsFor(kind), colour });
      field(rows.lastElementChild, kind === "label" ? "words" : names.find((name) => name.startsWith("x"))).select();
    } else if (kind) arm(kind);
    else if (chosen) {
      colour = chosen;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    } else if (button.matches("[data-remove]")) {
      const at = [...rows.children].indexOf(button.closest("[data-shape]"));
      keep(read().filter((_, place) => place !== at));
      (rows.children[Math.min(at, rows.children.length - 1)]?.querySelector("[data-remove]") ?? form.querySelector("[data-tool]")).focus();
    } else if (button.matches("[data-undo]")) back(done, undone);
    else if (button.matches("[data-redo]")) back(undone, done);
  });

  rows.addEventListener("input", () => paint(read()));
  rows.addEventListener("change", () => {
    done.push(last);
    undone = [];
    last = read();
    step();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) back(undone, done);
    else back(done, undone);
  });

  /* Dragging. */
  function place(event) {
    const box = over.getBoundingClientRect();
    const within = (value, most) => Math.round(Math.min(most, Math.max(0, value)));
    return [within(((event.clientX - box.left) / box.width) * width, width), within(((event.clientY - box.top) / box.height) * height, height)];
  }
  over.addEventListener("pointerdown", (event) => {
    if (!tool || event.button || isFull()) return;
    event.preventDefault();
    over.setPointerCapture(event.pointerId);
    const [x1, y1] = place(event);
    drag = { kind: tool, x1, y1, x2: x1, y2: y1, words: wordsFor(tool), colour };
    paint([...read(), drag]);
  });
  over.addEventListener("pointermove", (event) => {
    if (!drag) return;
    [drag.x2, drag.y2] = place(event);
    if (drag.kind === "label") [drag.x1, drag.y1] = [drag.x2, drag.y2];
    paint([...read(), drag]);
  });
  over.addEventListener("pointerup", () => {
    const shape = drag;
    drag = null;
    if (!shape) return;
    /* A click that moved nothing is no box. */
    if (shape.kind === "label" || Math.hypot(shape.x2 - shape.x1, shape.y2 - shape.y1) > stroke * 2) add(shape);
    else paint(read());
  });
  over.addEventListener("pointercancel", () => { drag = null; paint(read()); });

  let last = read();
  paint(last);
}

if (form) start();
