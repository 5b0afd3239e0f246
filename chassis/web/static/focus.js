// The summary of errors gets the focus where the browser did not heed its autofocus.
const summary = document.getElementById("error-summary");
if (summary && document.activeElement === document.body) summary.focus();
