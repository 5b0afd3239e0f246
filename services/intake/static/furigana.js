// The reading of a name, while the name is typed: what the input method showed as kana before it became kanji.
// Only into a field that the person has left to us: what they typed there themselves is never touched.
const KANA = /^[ぁ-ゖァ-ヺー゛゜\s]+$/;
const katakana = (text) => text.trim().replace(/\s+/g, " ").replace(/[ぁ-ゖ]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0x60));

function follow(name, reading) {
  let composed = "";
  let written = "";

  const ours = () => reading.value === written;
  function write(text) {
    if (!ours()) return;
    written = text;
    reading.value = text;
    reading.dispatchEvent(new Event("input", { bubbles: true }));
  }

  name.addEventListener("compositionstart", () => { composed = ""; });
  name.addEventListener("compositionupdate", ({ data }) => {
    // A Latin letter at the end is a syllable that is not finished: やm, やまｄ.
    const kana = (data ?? "").replace(/[a-zａ-ｚ]+$/i, "").normalize("NFKC");
    if (KANA.test(kana)) composed = kana;
  });
  name.addEventListener("compositionend", ({ data }) => {
    const done = (data ?? "").trim();
    // However the space before it came, by the input method too: the reading has one where the name has one.
    const apart = done && written && !written.endsWith(" ") && /\s$/.test(name.value.slice(0, name.value.lastIndexOf(done)));
    if (done) write(written + (apart ? " " : "") + katakana(KANA.test(done) ? done : /[a-zａ-ｚ]/i.test(done) ? "" : composed));
    composed = "";
  });
  name.addEventListener("input", ({ data, isComposing, inputType }) => {
    if (name.value === "") return write("");
    if (isComposing || inputType !== "insertText" || !data) return;
    if (/^\s$/.test(data) && written && !written.endsWith(" ")) write(`${written} `);
    else if (KANA.test(data)) write(written + katakana(data));
  });
}

for (const reading of document.querySelectorAll("[data-furigana]")) {
  const name = document.getElementById(reading.dataset.furigana);
  // What is there already (a draft, what the browser filled in) stands.
  if (name && !name.value && !reading.value) follow(name, reading);
}
