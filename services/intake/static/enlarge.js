// A photograph that is pressed, by mouse, finger or Enter, is shown large in its place, and small again when pressed once
// more. Without this the link opens it by itself.
for (const link of document.querySelectorAll(".photos a:has(> img)")) {
  const image = link.querySelector("img");
  const small = image.src;
  link.setAttribute("aria-expanded", "false");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const large = link.closest("li").classList.toggle("large");
    image.src = large ? link.href : small;
    link.setAttribute("aria-expanded", String(large));
  });
}
