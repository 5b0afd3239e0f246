// What stands in the form is kept on the server while it is typed, so that going back, a lost connection or a closed
// page lose nothing. Never the password.
const form = document.querySelector("form[data-draft]");
let changed = false;
let timer;
let saving = null;

function save(keepalive) {
  clearTimeout(timer);
  if (!changed || saving) return;
  changed = false;
  const data = new FormData(form);
  data.delete("password");
  const body = new URLSearchParams(data);
  saving = fetch(form.dataset.draft, { method: "POST", body, keepalive, redirect: "manual" })
    .catch(() => { changed = true; })
    .finally(() => { saving = null; });
}

function later() {
  changed = true;
  clearTimeout(timer);
  timer = setTimeout(save, 1500, false);
}

form.addEventListener("input", later);
form.addEventListener("change", later);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
addEventListener("pagehide", () => save(true));
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  changed = false;
  if (!saving) return;
  // What is kept must not come after what is sent.
  event.preventDefault();
  saving.then(() => form.requestSubmit(event.submitter));
});
