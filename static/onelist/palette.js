// The palette: Ctrl or Cmd with K, some words, arrows and Enter lead to a task, project, workspace,
// view or page. The focus stays in the field; an option is marked (WAI-ARIA's combobox pattern).
"use strict";

const palette = document.getElementById("palette");
const words = document.getElementById("palette-words");
let goesWhenFound = false; // Enter was pressed before the options of these words were there

const options = () => [...palette.querySelectorAll("[role=option]")];
const marked = () => palette.querySelector("[aria-selected=true]");

function mark(option) {
  marked()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) words.setAttribute("aria-activedescendant", option.id);
  else words.removeAttribute("aria-activedescendant");
}

function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  goesWhenFound = false;
  palette.showModal();
  words.select();
  htmx.trigger(words, "ask");
}

/** Follow the marked option, or as soon as those of the words are there. */
function followMarked() {
  const found = document.getElementById("palette-options").dataset.q;
  goesWhenFound = found !== words.value;
  if (!goesWhenFound) marked()?.click();
}

function stepMarked(by) {
  const all = options();
  mark(all.at((all.indexOf(marked()) + by) % all.length));
}

const PALETTE_KEYS = {
  ArrowDown: () => stepMarked(1),
  ArrowUp: () => stepMarked(-1),
  Enter: followMarked,
};

document.addEventListener("keydown", (event) => {
  const isOurs = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!palette || !isOurs || event.isComposing || keyOfEvent(event) !== "k") return;
  event.preventDefault();
  if (palette.open) palette.close();
  else openPalette();
});

words?.addEventListener("keydown", (event) => {
  const action = !event.isComposing && Object.hasOwn(PALETTE_KEYS, event.key) && PALETTE_KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

words?.addEventListener("input", () => {
  goesWhenFound = false;
});

palette?.addEventListener("htmx:afterSwap", () => {
  mark(options()[0]);
  if (goesWhenFound) followMarked();
});

palette?.addEventListener("click", (event) => {
  if (event.target === palette) palette.close(); // beside the box
  const option = event.target.closest("[data-task]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  palette.close();
  openBeside(option.dataset.task);
});

document.getElementById("open-palette")?.addEventListener("click", openPalette);
