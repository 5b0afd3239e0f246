// A password can be looked at while it is typed. It is hidden again before it is sent: no browser keeps it as a text.
for (const box of document.querySelectorAll("[data-reveal]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary reveal";
  button.textContent = box.dataset.reveal;
  button.setAttribute("aria-controls", box.id);
  const show = (shown) => {
    box.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
  };
  button.addEventListener("click", () => show(box.type === "password"));
  box.form.addEventListener("submit", () => show(false));
  show(false);
  box.after(button);
}
