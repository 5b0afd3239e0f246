// A page that came as the answer to a form is opened again by its address: back and refresh find what was kept, and no
// browser asks whether to send once more.
history.replaceState(null, "");
