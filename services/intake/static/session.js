// Two minutes before a session ends its pages say so, and one button makes it longer. The time is counted from when the
// page came, never read from a clock; and it is asked for again before anything is said or done, because another page
// may have used the session, or this computer may have slept.
const dialog = document.querySelector("dialog[data-seconds]");
const [extend] = dialog.querySelectorAll("form");
const warn = Number(dialog.dataset.warn);
const AGAIN = 10;
let timer;
let used = -Infinity;
let told = null;

function wait(seconds) {
  clearTimeout(timer);
  if (seconds < Infinity) timer = setTimeout(look, Math.max(seconds, 1) * 1000);
}

function until(seconds) {
  told = null;
  if (dialog.open) dialog.close();
  wait(seconds - warn);
}

// The time left; null while nobody answers. Where another page of this browser has signed in to another application, this
// page has no time of its own any more, and counts nothing: what is sent from it is answered with words.
async function ask(options) {
  const headers = { Accept: "application/json", "X-Page-Of": extend.elements.page_of.value };
  const answer = await fetch("/session", { headers, ...options }).catch(() => null);
  if (answer?.status === 401) location.replace("/sign-in?ended=1");
  if (answer?.status === 409) return { seconds: Infinity };
  return answer?.ok ? answer.json() : null;
}

async function stay() {
  const now = await ask({ method: "POST", body: new URLSearchParams(new FormData(extend)) });
  if (now) said(now, true);
  else wait(AGAIN);
}

function said({ seconds, extendable }, asked) {
  if (seconds > warn) return until(seconds);
  // Who types is there, and is not to be interrupted.
  if (extendable && !asked && performance.now() - used < warn * 1000) return stay();
  for (const part of dialog.querySelectorAll("[data-extendable]")) part.hidden = !extendable;
  for (const part of dialog.querySelectorAll("[data-last]")) part.hidden = extendable;
  if (!dialog.open && told !== extendable) dialog.showModal();
  told = extendable;
  wait(seconds + 1);
}

async function look() {
  const now = await ask();
  if (now) said(now);
  else wait(AGAIN);
}

extend.addEventListener("submit", (event) => {
  event.preventDefault();
  stay();
});
// Who closes it by the keyboard is there, too.
dialog.addEventListener("cancel", () => { if (!extend.hidden) stay(); });
addEventListener("input", () => { used = performance.now(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
addEventListener("pageshow", (event) => { if (event.persisted) look(); });
until(Number(dialog.dataset.seconds));
