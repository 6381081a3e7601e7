// Filters with any number of choices: how many are chosen, a field that narrows a long list, Escape.
"use strict";

const boxesOf = (several) => [...several.querySelectorAll("input[type=checkbox]")];

/** Return a text as it is compared: without case and accents. */
const comparable = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function showNumber(several) {
  const number = boxesOf(several).filter((box) => box.checked).length;
  several.querySelector(".chosen-number").textContent = number ? `· ${number} chosen` : "";
}

function prepare(within) {
  for (const several of within.querySelectorAll(".several")) {
    showNumber(several);
    const find = several.querySelector(".find-choice");
    if (find) find.hidden = false;
  }
}

/** Show the choices that have every word; those that are chosen stay. */
function narrowChoices(find) {
  const words = comparable(find.value).split(/\s+/);
  for (const box of boxesOf(find.closest(".several"))) {
    const label = comparable(box.labels[0].textContent);
    box.labels[0].hidden = !box.checked && !words.every((word) => label.includes(word));
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.matches?.(".find-choice")) narrowChoices(target);
});

// The search is not to run for a field that only narrows choices. Capturing: before htmx hears it.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.matches?.(".find-choice")) event.stopPropagation();
    else if (event.target.matches?.(".several input")) showNumber(event.target.closest(".several"));
  },
  true,
);

document.addEventListener(
  "keydown",
  (event) => {
    const several = event.target.closest?.(".several[open]");
    if (!several || event.isComposing) return;
    if (event.key === "Enter" && event.target.matches(".find-choice")) event.preventDefault();
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // nothing else is to close with it
    several.open = false;
    several.querySelector("summary").focus();
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  for (const several of document.querySelectorAll(".several[open]")) {
    if (!several.contains(target)) several.open = false;
  }
});

// Sections come with each list. While they are the same, what is open, ticked or found there stays.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id !== "section-choice") return;
  const values = (within) => boxesOf(within).map((box) => box.value).join("\n");
  if (values(target) === values(fragment)) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSettle", () => prepare(document));
prepare(document);
