// What stands in the form is kept on the server while it is typed, so that going back, a lost connection or a closed
// page lose nothing. Never the password.
const form = document.querySelector("form[data-draft]");
let changed = false;
let timer;
let saving = null;

// From now on this page, and no other, writes into this draft; opened again, it shows it.
function name({ page_of, address }) {
  let field = form.elements.page_of;
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "page_of" });
    form.append(field);
  }
  field.value = page_of;
  history.replaceState(null, "", address);
}

function save(keepalive) {
  clearTimeout(timer);
  if (!changed || saving) return;
  changed = false;
  const data = new FormData(form);
  data.delete("password");
  const body = new URLSearchParams(data);
  saving = fetch(form.dataset.draft, { method: "POST", body, keepalive, headers: { Accept: "application/json" } })
    .then(async (answer) => {
      const token = answer.headers.get("X-CSRF-Token");
      // The form's cookie was lost; this answer brought a new one, with which the next change is kept.
      if (token) form.elements.csrf_token.value = token;
      if (answer.ok && !answer.redirected) name(await answer.json());
      else changed = !answer.ok;
    })
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
