// The address begins by itself once the postal code is there. Several towns: one chooses. Nothing typed is lost.
const place = document.getElementById("towns");
const code = document.getElementById("postal_code");
const address = document.getElementById("address");
const said = place.querySelector(".said");
const choice = place.querySelector("select");
const find = document.getElementById("find");
let towns = [...choice.options].slice(1).map((option) => option.value);
let asked = "";
let filled = "";

const digits = () => code.value.normalize("NFKC").replace(/[^0-9]/g, "");

// As services/intake/model/towns.py does it.
function withTown(typed, town) {
  if (typed.startsWith(town)) return typed;
  const other = towns.toSorted((a, b) => b.length - a.length).find((each) => typed.startsWith(each));
  if (other) return town + typed.slice(other.length);
  for (let size = typed.length; size > 0; size--) if (town.endsWith(typed.slice(0, size))) return town + typed.slice(size);
  return typed && typed !== filled ? typed : town;
}

function fill(town) {
  const text = withTown(address.value.trim(), town);
  if (text === address.value) return;
  address.value = filled = text;
  address.dispatchEvent(new Event("input", { bubbles: true }));
}

function show(found) {
  const many = found.towns.length > 1;
  if (found.towns.length === 1) fill(found.towns[0]);
  towns = found.towns;
  choice.length = 1;
  for (const town of many ? towns : []) choice.add(new Option(town, town));
  choice.value = towns.find((town) => many && address.value.startsWith(town)) ?? "";
  choice.closest(".field").parentElement.hidden = !many;
  const { found: one, many: several, office, none } = place.dataset;
  said.textContent = many ? several : towns.length ? one : found.offices.length ? office : none;
}

async function look() {
  const seven = digits();
  if (seven.length !== 7 || seven === asked) return;
  asked = seven;
  try {
    const answer = await fetch(`/postal-codes/${seven}`);
    if (answer.ok && asked === digits()) show(await answer.json());
  } catch {
    asked = "";
  }
}

code.addEventListener("input", look);
choice.addEventListener("change", () => choice.value && fill(choice.value));
find.addEventListener("click", (event) => {
  if (digits().length !== 7) return;
  event.preventDefault();
  asked = "";
  look();
});
