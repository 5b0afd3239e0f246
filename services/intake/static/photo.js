// The photographs of one document: several sides at once, each with its tools, sent one after another. On a weak line
// they stay in the page and are sent again; the same picture twice only replaces itself. Without this: a plain upload.
const form = document.querySelector("form[data-photos]");
const words = document.getElementById("photo-words").content;
const said = document.getElementById("photo-said");
const sending = document.getElementById("photo-sending");
const bar = sending.querySelector("progress");
const percent = sending.querySelector("p span:last-child");
const WAITS = [1, 2, 5, 10, 20, 30, 60];
const STILL = 60_000;
const slots = [];
let busy = false;

const word = (name) => words.querySelector(`[data-word=${name}]`);
const text = (name, values = {}) => word(name).textContent.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const places = [...words.querySelectorAll("[data-place]")]
  .map((each) => ({ name: each.textContent, box: each.dataset.place.split(" ").map(Number) }));

function say(name, values) {
  const spoken = name ? word(name).cloneNode(true) : "";
  if (values) spoken.textContent = text(name, values);
  said.replaceChildren(spoken);
}

function wrong(slot, message) {
  slot.field.querySelector(".error")?.remove();
  slot.field.classList.toggle("has-error", Boolean(message));
  message ? slot.input.setAttribute("aria-invalid", "true") : slot.input.removeAttribute("aria-invalid");
  if (!message) return slot.input.setAttribute("aria-describedby", slot.described);
  const error = document.createElement("p");
  error.className = "error";
  error.id = `${slot.input.id}-wrong`;
  error.append(message);
  slot.field.append(error);
  slot.input.setAttribute("aria-describedby", `${slot.described} ${error.id}`.trim());
  slot.input.focus();
}

// What is wrong with this file before it is sent, in words; "" where nothing is. What is too large is drawn smaller.
const large = ({ size }) => size > form.dataset.most;

function chosen(slot, file) {
  slot.file = file;
  slot.sent = null;
  wrong(slot, "");
  // After the one chosen before, which may take longer: the last one is what is shown.
  slot.ready = Promise.all([import(form.dataset.photos), slot.ready])
    .then(([{ edit }]) => edit(file, slot.tools, { text, say, places }))
    .catch(() => ({ picture: async () => file }))
    .then((edited) => {
      if (large(file) && !edited.draws) wrong(slot, text("large"));
      return edited;
    });
}

function choose(slot) {
  const [own, ...others] = slot.input.files;
  if (!own) return;
  chosen(slot, own);
  const free = slots.filter((each) => each !== slot && !each.file);
  others.slice(0, free.length).forEach((file, i) => {
    const one = new DataTransfer();
    one.items.add(file);
    free[i].input.files = one.files;
    chosen(free[i], file);
  });
}

function prepare(element) {
  const input = element.querySelector("input[type=file]");
  const tools = document.getElementById("photo-tools").content.cloneNode(true).firstElementChild;
  const field = element.querySelector(".field");
  const slot = { side: element.dataset.side, input, tools, field, described: input.getAttribute("aria-describedby") ?? "" };
  element.append(tools);
  input.addEventListener("change", () => choose(slot));
  tools.querySelector("[data-camera]").hidden = !matchMedia("(pointer: coarse)").matches;
  tools.querySelector("[data-do=camera]").addEventListener("click", () => {
    input.capture = "environment";
    input.click();
    input.removeAttribute("capture");
  });
  slots.push(slot);
}

function put(slot, picture) {
  const body = new FormData();
  for (const name of ["type", "address"]) body.append(name, form.elements[name].value);
  body.append("side", slot.side);
  body.append("document", picture, slot.file.name);
  return new Promise((answered, broken) => {
    const request = new XMLHttpRequest();
    let timer;
    let step = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), STILL);
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      wait();
      const part = Math.floor((loaded / total) * 100);
      bar.value = part;
      percent.textContent = `${part}％`;
      if (part >= step + 25 && part < 100) {
        step = part - (part % 25);
        say("part", { percent: step });
      }
    });
    request.upload.addEventListener("load", () => say("checking"));
    request.addEventListener("load", () => answered(request));
    for (const end of ["error", "abort"]) request.addEventListener(end, broken);
    request.addEventListener("loadend", () => clearTimeout(timer));
    request.open("POST", new URL(form.action).pathname);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", form.elements.csrf_token.value);
    request.setRequestHeader("X-Page-Of", form.elements.page_of.value);
    wait();
    request.send(body);
  });
}

function pause(seconds) {
  return new Promise((over) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      over();
    };
    const timer = setTimeout(end, seconds * 1000);
    addEventListener("online", end);
  });
}

async function send(slot) {
  if (large(slot.file)) say("shrinking");
  const picture = await (await slot.ready).picture(large(slot.file));
  let renewed = false;
  for (let number = 0; ; number += 1) {
    bar.value = 0;
    percent.textContent = "";
    say("sending");
    let answer = await put(slot, picture).catch(() => null);
    const token = answer?.status === 403 && answer.getResponseHeader("X-CSRF-Token");
    if (token && !renewed) {
      // The form's cookie was lost; this answer brought a new one.
      renewed = true;
      form.elements.csrf_token.value = token;
      answer = await put(slot, picture).catch(() => null);
    }
    if (answer && answer.status < 500 && ![408, 429].includes(answer.status)) return answer;
    if (number >= WAITS.length) return null;
    say("again", { seconds: WAITS[number], number: number + 1 });
    await pause(WAITS[number]);
  }
}

const parsed = (answer) => {
  try {
    return JSON.parse(answer.responseText);
  } catch {
    return {};
  }
};

async function sendAll() {
  const waiting = slots.filter((slot) => slot.file && !slot.sent);
  if (!waiting.length && !slots.some((slot) => slot.sent)) return wrong(slots[0], text("missing"));
  for (const slot of waiting) {
    if (large(slot.file) && !(await slot.ready).draws) return wrong(slot, text("large"));
    const answer = await send(slot);
    if (!answer) return say("stuck");
    const body = parsed(answer);
    if (answer.status !== 201) {
      say("");
      if ([401, 403].includes(answer.status)) return say("signedout");
      return wrong(slot, body.errors?.[0]?.message || body.detail || text("refused"));
    }
    slot.sent = body;
  }
  const all = slots.map((slot) => slot.sent).filter(Boolean);
  const next = new URL(all.find((each) => each.next.includes("sent="))?.next ?? all[0].next, location.href);
  if (next.searchParams.has("sent")) {
    next.searchParams.delete("sent");
    for (const each of all) next.searchParams.append("sent", each.id);
  }
  location.assign(next);
}

form.addEventListener("submit", async (event) => {
  // The page in another language: no photograph is sent.
  if (event.submitter?.name === "lang") return;
  event.preventDefault();
  if (busy) return;
  busy = true;
  event.submitter?.setAttribute("aria-disabled", "true");
  slots.forEach((slot) => wrong(slot, ""));
  sending.hidden = false;
  try {
    await sendAll();
  } catch {
    say("refused");
  } finally {
    busy = false;
    event.submitter?.removeAttribute("aria-disabled");
    sending.hidden = true;
  }
});

sending.before(document.getElementById("photo-more").content);
form.querySelectorAll(".slot").forEach(prepare);
if (slots.length > 1) slots.forEach((slot) => (slot.input.multiple = true));
// What was chosen before this was loaded, or before the page was left and come back to.
slots.forEach(choose);
addEventListener("pageshow", () => slots.filter(({ file }) => !file).forEach(choose));
