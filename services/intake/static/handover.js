// The computer waits for the photographs of the telephone, and shows each one that arrives.
const page = document.querySelector(".handover");
const said = page.querySelector("[data-said]");
const list = page.querySelector("[data-photos]");
const headers = { Accept: "application/json", "X-Page-Of": page.querySelector("form").elements.page_of.value };
const EVERY = 2500;
const seen = new Map();
let before = "";

function say(name, count) {
  const words = page.querySelector(`[data-word=${name}]`).content;
  said.replaceChildren(count ? words.textContent.replace("{count}", count) : words.cloneNode(true));
}

function show({ id, name }) {
  const item = document.createElement("li");
  const image = document.createElement("img");
  image.src = `/application/documents/${id}/thumbnail`;
  image.alt = "";
  const caption = document.createElement("span");
  caption.textContent = name;
  item.append(image, caption);
  seen.set(id, item);
  list.append(item);
}

async function look() {
  const answer = await fetch("/application/handover/state", { headers }).catch(() => null);
  if (answer && [401, 403, 404].includes(answer.status)) return location.assign("/application/documents");
  // Another page of this browser has signed in to another application, whose photographs are none of this page's.
  if (answer?.status === 409) return;
  const now = answer?.ok ? await answer.json() : null;
  if (now) {
    const ids = now.photos.map(({ id }) => id);
    for (const [id, item] of seen) {
      if (ids.includes(id)) continue;
      item.remove();
      seen.delete(id);
    }
    const fresh = now.photos.filter(({ id }) => !seen.has(id));
    fresh.forEach(show);
    page.querySelector("[data-state=waiting]").hidden = now.state !== "waiting";
    if (now.state === "over" && now.photos.length) return location.assign("/application/documents");
    if (now.state !== before && now.state !== "waiting") say(now.state);
    if (fresh.length) say("photos", seen.size);
    before = now.state;
    if (now.state === "over") return;
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
