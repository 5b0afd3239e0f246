// A form is sent once. A second press while the answer is on its way does nothing; the pressed button looks it.
// Nothing is disabled for good: coming back to the page, or ten seconds without an answer, opens the form again.
// A form that may be sent again and again (a download) carries data-repeat.
const sent = new Set();

function open(form) {
  sent.delete(form);
  for (const button of form.querySelectorAll("[data-once]")) {
    button.removeAttribute("aria-disabled");
    delete button.dataset.once;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (sent.has(form)) return event.preventDefault();
  if (event.defaultPrevented || "repeat" in form.dataset) return;
  sent.add(form);
  const button = event.submitter;
  if (button) {
    button.dataset.once = "";
    button.setAttribute("aria-disabled", "true");
  }
  setTimeout(open, 10_000, form);
});

addEventListener("pageshow", () => sent.forEach(open));
