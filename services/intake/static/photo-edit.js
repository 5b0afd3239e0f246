// One photograph: looked at, turned, cut, and covered where a number must not be seen, by mouse, touch or keyboard.
// It is drawn anew only where something was done to it; else the bytes of the file go up as they are.
const LEAST = 2;
const LONGEST = 2400;
// Of pictures that are long or wide: the short side stays legible as long as the area can be drawn.
const SHORTEST = 1000;
const MOST_PIXELS = 12_000_000;
// A camera's JPEG carries what is at one place through blocks of 16 pixels, and drawing it smaller blends a few more.
const BLOCK = 16;
const BLENDED = 4;
const SHOWN = 1200;
const EDGE = 20;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

function fit([x, y, width, height]) {
  width = clamp(width, LEAST, 100);
  height = clamp(height, LEAST, 100);
  return [clamp(x, 0, 100 - width), clamp(y, 0, 100 - height), width, height];
}

export async function edit(file, tools, { text, say, places }) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  tools.querySelector("[data-unseen]").hidden = Boolean(bitmap);
  tools.querySelector("[data-seen]").hidden = !bitmap;
  if (!bitmap) return { picture: async () => file };

  const stage = document.createElement("div");
  stage.className = "stage";
  tools.querySelector(".stage").replaceWith(stage);
  const help = tools.querySelector("[data-help]");
  help.id = `${tools.parentElement.dataset.side}-help`;
  const boxes = [];
  let turns = 0;
  let chosen;
  let timer;

  const sized = (longest) => Math.min(1, longest / Math.max(bitmap.width, bitmap.height));

  function largest() {
    const legible = Math.min(1, SHORTEST / Math.min(bitmap.width, bitmap.height));
    const possible = Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height));
    return Math.min(1, possible, Math.max(sized(LONGEST), legible));
  }

  function turned(scale) {
    const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * scale)));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = turns % 2 ? [height, width] : [width, height];
    const pen = canvas.getContext("2d");
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate((turns * Math.PI) / 2);
    pen.drawImage(bitmap, -width / 2, -height / 2, width, height);
    pen.resetTransform();
    return canvas;
  }

  function draw() {
    const canvas = turned(sized(SHOWN));
    stage.querySelector("canvas")?.remove();
    stage.prepend(canvas);
  }

  function show(each) {
    ["left", "top", "width", "height"].forEach((side, i) => (each.button.style[side] = `${each.box[i]}%`));
  }

  function tell(each) {
    clearTimeout(timer);
    const [x, y, width, height] = each.box.map(Math.round);
    timer = setTimeout(() => say("place", { x, y, width, height }), 400);
  }

  function number() {
    boxes.filter(({ kind }) => kind === "mask").forEach((each, i) => {
      each.button.textContent = i + 1;
      each.button.setAttribute("aria-label", `${text("mask")} ${i + 1}${each.name ? ` ${each.name}` : ""}`);
    });
    tools.querySelector("[data-do=remove]").hidden = boxes.length === 0;
    help.hidden = boxes.length === 0;
  }

  function add(kind, box, name = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `photo-box photo-${kind}`;
    button.setAttribute("aria-describedby", help.id);
    if (kind === "crop") button.setAttribute("aria-label", text("crop"));
    const each = { kind, name, button, box: fit(box) };
    button.addEventListener("keydown", (event) => key(event, each));
    button.addEventListener("focus", () => (chosen = each));
    if (kind === "crop") stage.append(button);
    else stage.insertBefore(button, stage.querySelector(".photo-crop"));
    boxes.push(each);
    show(each);
    number();
    return each;
  }

  function remove(each) {
    boxes.splice(boxes.indexOf(each), 1);
    each.button.remove();
    number();
    say("removed");
    tools.querySelector(`[data-do=${each.kind}]`).focus();
  }

  function key(event, each) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      return remove(each);
    }
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const first = event.shiftKey ? 2 : 0;
    const box = [...each.box];
    box[first] += by[0];
    box[first + 1] += by[1];
    each.box = fit(box);
    show(each);
    tell(each);
  }

  function pull(each, down, move) {
    const area = stage.getBoundingClientRect();
    const at = each.button.getBoundingClientRect();
    const near = (distance, size) => distance < Math.min(EDGE, size / 3);
    const left = near(down.clientX - at.left, at.width);
    const right = near(at.right - down.clientX, at.width);
    const top = near(down.clientY - at.top, at.height);
    const bottom = near(at.bottom - down.clientY, at.height);
    const [x, y, width, height] = each.box;
    const whole = !(left || right || top || bottom);
    return (event) => {
      const dx = ((event.clientX - down.clientX) / area.width) * 100;
      const dy = ((event.clientY - down.clientY) / area.height) * 100;
      if (whole) return move([x + dx, y + dy, width, height]);
      const [ax, ay] = [left ? clamp(x + dx, 0, x + width - LEAST) : x, top ? clamp(y + dy, 0, y + height - LEAST) : y];
      const [bx, by] = [right ? x + width + dx : x + width, bottom ? y + height + dy : y + height];
      move([ax, ay, Math.min(bx, 100) - ax, Math.min(by, 100) - ay]);
    };
  }

  stage.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || !down.isPrimary) return;
    let each = boxes.find(({ button }) => button === down.target);
    // A finger on the picture itself scrolls the page; a mouse draws.
    if (!each && down.pointerType === "touch") return;
    if (!each) {
      const area = stage.getBoundingClientRect();
      const [x, y] = [(down.clientX - area.left) / area.width, (down.clientY - area.top) / area.height];
      each = add("mask", [x * 100, y * 100, LEAST, LEAST]);
      each.fresh = [each.box[0], each.box[1]];
    }
    down.preventDefault();
    each.button.focus();
    stage.setPointerCapture(down.pointerId);
    const area = stage.getBoundingClientRect();
    const drag = each.fresh
      ? (event) => {
          const [x, y] = [((event.clientX - area.left) / area.width) * 100, ((event.clientY - area.top) / area.height) * 100];
          const [fx, fy] = each.fresh;
          each.box = fit([Math.min(x, fx), Math.min(y, fy), Math.abs(x - fx), Math.abs(y - fy)]);
          show(each);
        }
      : pull(each, down, (box) => {
          each.box = fit(box);
          show(each);
        });
    stage.addEventListener("pointermove", drag);
    stage.addEventListener("lostpointercapture", () => {
      stage.removeEventListener("pointermove", drag);
      // A mere click is no box.
      if (each.fresh && each.box[2] <= LEAST && each.box[3] <= LEAST) remove(each);
      else tell(each);
      delete each.fresh;
    }, { once: true });
  });

  function turn(by) {
    turns = (turns + by) % 4;
    for (const each of boxes) {
      const [x, y, width, height] = each.box;
      each.box = by === 1 ? [100 - y - height, x, height, width] : [y, 100 - x - width, height, width];
      show(each);
    }
    draw();
    say("turned");
  }

  const does = {
    mask: () => {
      const used = boxes.map(({ name }) => name);
      const place = places.find(({ name }) => !used.includes(name));
      add("mask", place?.box ?? [35, 45, 30, 10], place?.name).button.focus();
      say("added");
    },
    crop: () => {
      const there = boxes.find(({ kind }) => kind === "crop") ?? add("crop", [5, 5, 90, 90]);
      there.button.focus();
      say("added");
    },
    left: () => turn(3),
    right: () => turn(1),
    remove: () => boxes.length && remove(boxes.includes(chosen) ? chosen : boxes.at(-1)),
  };
  for (const [name, act] of Object.entries(does)) tools.querySelector(`[data-do=${name}]`).onclick = act;
  draw();
  number();
  say("shown");

  return {
    draws: true,
    async picture(anew = false) {
      if (!anew && !turns && !boxes.length) return file;
      const scale = largest();
      let canvas = turned(scale);
      const pen = canvas.getContext("2d");
      const pixels = ([x, y, width, height]) =>
        [x * canvas.width, y * canvas.height, width * canvas.width, height * canvas.height].map((each) => each / 100);
      const margin = Math.ceil(BLOCK * scale) + (scale < 1 ? BLENDED : 1);
      const down = (at) => Math.floor((at - margin) / BLOCK) * BLOCK;
      const up = (at) => Math.ceil((at + margin) / BLOCK) * BLOCK;
      for (const { kind, box } of boxes) {
        if (kind !== "mask") continue;
        const [x, y, width, height] = pixels(box);
        pen.fillRect(down(x), down(y), up(x + width) - down(x), up(y + height) - down(y));
      }
      const kept = boxes.find(({ kind }) => kind === "crop");
      if (kept) {
        const [x, y, width, height] = pixels(kept.box).map(Math.round);
        const cut = document.createElement("canvas");
        [cut.width, cut.height] = [Math.max(1, width), Math.max(1, height)];
        cut.getContext("2d").drawImage(canvas, x, y, width, height, 0, 0, cut.width, cut.height);
        canvas = cut;
      }
      return new Promise((done, failed) => {
        canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("not drawn"))), "image/jpeg", 0.92);
      });
    },
  };
}
