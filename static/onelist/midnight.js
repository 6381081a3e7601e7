// A page that is open when a person's day ends is loaded anew: "Today" would be yesterday there.
"use strict";

const CHECK_EVERY = 30000; // ms
const openedAt = Date.now();
const dayEndsAt = openedAt + 1000 * (Number(document.currentScript.dataset.left) + 1);

/** Tell whether a person has filled in a field; what is searched for is in the address. */
const isFilledIn = ({ type, value, defaultValue }) =>
  ["text", "date", "time"].includes(type) && value !== defaultValue;

/** Tell whether something would be lost: a text, a selection, a menu, what can be undone. */
function isInUse() {
  const fields = [...document.querySelectorAll("main :is(input:not([type=checkbox]), select)")];
  return Boolean(
    document.querySelector(".chosen, .folding, .going, .dragging, :popover-open, #toasts > *, dialog[open]") ||
      fields.some((field) => field === document.activeElement || isFilledIn(field)),
  );
}

async function followDay() {
  if (Date.now() < dayEndsAt || document.hidden || isInUse()) return;
  try {
    // Without an answer the last copy is better than the browser's page of errors.
    const response = await fetch(location.href, { method: "HEAD", redirect: "manual" });
    const answers = response.ok || response.type === "opaqueredirect"; // signed out elsewhere
    if (answers && !isInUse()) location.reload();
  } catch {
    // tried again after CHECK_EVERY
  }
}

setInterval(followDay, CHECK_EVERY);
document.addEventListener("visibilitychange", followDay);
