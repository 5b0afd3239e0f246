// Boxes drawn on the image: by mouse, touch or keyboard. The form's numbers stay the truth.
const stage = document.querySelector(".stage");
const rows = [...document.querySelectorAll("[data-box]")];
const NAMES = ["x", "y", "width", "height"];
const LEAST = 1;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const inputs = (row) => NAMES.map((name) => row.querySelector(`[name="${name}-${row.dataset.box}"]`));
const read = (row) => inputs(row).map((input) => (input.value.trim() ? Number(input.value) : NaN));
const shown = new Map();
const add = control("隠す場所を追加");
const remove = control("枠を取り消す");
let chosen;

function control(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = text;
  return button;
}

function write(row, box) {
  inputs(row).forEach((input, i) => (input.value = box ? String(Math.round(box[i] * 10) / 10) : ""));
  show(row);
}

function fit([x, y, width, height]) {
  width = clamp(width, LEAST, 100);
  height = clamp(height, LEAST, 100);
  return [clamp(x, 0, 100 - width), clamp(y, 0, 100 - height), width, height];
}

function show(row) {
  const box = read(row);
  let button = shown.get(row);
  if (!(box.every(Number.isFinite) && box[2] > 0 && box[3] > 0)) {
    button?.remove();
    shown.delete(row);
    remove.hidden = shown.size === 0;
    return;
  }
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "mask-box";
    button.textContent = Number(row.dataset.box) + 1;
    button.setAttribute("aria-label", `隠す場所 ${button.textContent}`);
    button.setAttribute("aria-describedby", "mask-help");
    button.addEventListener("keydown", (event) => key(event, row));
    button.addEventListener("focus", () => (chosen = row));
    shown.set(row, button);
    remove.hidden = false;
    stage.append(button);
  }
  ["left", "top", "width", "height"].forEach((side, i) => (button.style[side] = `${box[i]}%`));
  return button;
}

function key(event, row) {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    write(row);
    return add.focus();
  }
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!by) return;
  event.preventDefault();
  const box = read(row);
  const first = event.shiftKey ? 2 : 0;
  box[first] += by[0];
  box[first + 1] += by[1];
  write(row, fit(box));
}

const free = () => rows.find((row) => !shown.has(row));
const at = (event) => {
  const area = stage.getBoundingClientRect();
  const part = (to, from, size) => clamp(((to - from) / size) * 100, 0, 100);
  return [part(event.clientX, area.left, area.width), part(event.clientY, area.top, area.height)];
};

function pointer(down) {
  // A second finger enlarges the page.
  if (down.button !== 0 || !down.isPrimary) return;
  const held = [...shown].find(([, button]) => button === down.target)?.[0];
  const row = held ?? free();
  if (!row) return;
  const from = at(down);
  const before = held && read(held);
  stage.setPointerCapture(down.pointerId);
  const move = (event) => {
    const [x, y] = at(event);
    const moved = [x - from[0], y - from[1]];
    if (before) return write(row, fit([before[0] + moved[0], before[1] + moved[1], before[2], before[3]]));
    if (Math.max(...moved.map(Math.abs)) < LEAST) return;
    write(row, fit([Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(moved[0]), Math.abs(moved[1])]));
  };
  const undo = () => write(row, before);
  const end = () => {
    stage.removeEventListener("pointermove", move);
    stage.removeEventListener("pointercancel", undo);
    shown.get(row)?.focus();
  };
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointercancel", undo);
  stage.addEventListener("lostpointercapture", end, { once: true });
}

if (stage && rows.length) {
  add.addEventListener("click", () => {
    const row = free();
    if (!row) return;
    write(row, [35, 45, 30, 10]);
    shown.get(row).focus();
  });
  remove.addEventListener("click", () => {
    write(shown.has(chosen) ? chosen : [...shown.keys()].at(-1));
    add.focus();
  });
  remove.hidden = true;
  const controls = document.createElement("div");
  controls.className = "controls";
  controls.append(add, remove);
  stage.after(controls);
  stage.classList.add("live");
  stage.addEventListener("pointerdown", pointer);
  stage.querySelector("img").draggable = false;
  document.getElementById("mask-help").hidden = false;
  if (!document.querySelector(".error-summary")) document.querySelector("#mask-form details").open = false;
  for (const row of rows) {
    show(row);
    row.addEventListener("input", () => show(row));
  }
}
