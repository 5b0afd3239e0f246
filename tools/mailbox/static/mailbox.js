// New mail appears by itself; without JavaScript the reader reloads the page.
const shown = Number(document.querySelector("[data-total]").dataset.total);
setInterval(async () => {
  if (document.activeElement?.id === "query") return;
  const answer = await fetch("/api/v1/messages?limit=0").catch(() => null);
  if (answer?.ok && (await answer.json()).total !== shown) location.reload();
}, 2000);
