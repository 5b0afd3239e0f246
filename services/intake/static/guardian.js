// The guardian is asked for as soon as the birth date says so. The rule is the server's: it names the first birth date
// that needs one. A date that cannot be read here changes nothing; the server reads it better.
const section = document.getElementById("guardian");
const form = section?.closest("form");

function born({ birth_era, birth_year, birth_month, birth_day }) {
  const plain = (box) => box.value.normalize("NFKC").trim().replace(/[年月日]$/, "").replace(/^元$/, "1");
  const whole = /^(\d{4})\D?(\d{1,2})\D?(\d{1,2})$/.exec(plain(birth_year));
  const [year, month, day] = whole ? whole.slice(1) : [birth_year, birth_month, birth_day].map(plain);
  if (![year, month, day].every((part) => /^\d+$/.test(part))) return null;
  const before = year.length > 3 ? 0 : Number(birth_era.selectedOptions[0].dataset.before);
  if (year.length < 4 && !before) return null;
  const date = new Date(Date.UTC(before + Number(year), month - 1, day));
  return date.getUTCMonth() === month - 1 ? date.toISOString().slice(0, 10) : null;
}

function ask() {
  const date = born(form.elements);
  if (date) section.hidden = date < section.dataset.guardianFrom;
}

if (form) {
  form.addEventListener("input", (event) => event.target.name?.startsWith("birth_") && ask());
  ask();
}
