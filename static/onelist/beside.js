// A task beside the list, where there is room for it. The list's address names it, as `task=12`, so
// that Back, a reload and a link that somebody was sent lead to it.
"use strict";

const WIDE = window.matchMedia("(min-width: 70rem)");
const NAME = "task"; // in the address
const GONE = "That task is not in your list. It may have been reassigned or deleted.";
const FAILED = "Onelist didn't answer. Close this and try again.";
const beside = document.getElementById("beside");
const inside = document.getElementById("beside-task");
let shown = null; // the key of the task that is beside
let listAddress = addressWith(null); // of the list that is shown

/** Return the address of the list with the task of this key beside it, or with none. */
function addressWith(pk) {
  const address = new URL(location);
  address.hash = "";
  if (pk) address.searchParams.set(NAME, pk);
  else address.searchParams.delete(NAME);
  return address.href;
}

const keyInAddress = () => new URL(location).searchParams.get(NAME)?.match(/^\d{1,18}$/)?.[0] ?? null;
const pathOf = (pk) => `/tasks/${pk}/`;

function showBeside(pk) {
  shown = pk;
  beside.hidden = false;
  markShown();
  loadBeside();
}

/** Show a task beside and in the address; one history entry, however many are shown in turn. */
function openBeside(pk) {
  if (!WIDE.matches || !beside) {
    location.assign(pathOf(pk));
    return;
  }
  if (shown === pk) return;
  if (shown) history.replaceState(history.state, "", addressWith(pk));
  else history.pushState({ beside: true }, "", addressWith(pk));
  showBeside(pk);
}

// Its own source: htmx lets one request per source wait, and drops the one that waited before.
function loadBeside() {
  const pk = shown;
  const request = { source: "#beside", target: "#beside-task", swap: "innerHTML" };
  htmx.ajax("GET", pathOf(pk), request).catch(() => {});
}

beside?.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== beside || detail.successful || !shown) return;
  const words = detail.xhr.status === 404 ? GONE : FAILED;
  inside.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
});

function hideBeside() {
  if (beside.contains(document.activeElement)) place()?.focus({ preventScroll: true });
  beside.hidden = true;
  shown = null;
  inside.replaceChildren();
  markShown();
}

/** Close the task; if it was opened here, Back would do the same. */
function closeBeside() {
  if (!beside || beside.hidden) return;
  const wasOpenedHere = history.state?.beside;
  hideBeside();
  place()?.focus();
  if (wasOpenedHere) history.back();
  else history.replaceState(history.state, "", addressWith(null));
}

/** Mark the row of the task that is beside. */
function markShown() {
  for (const task of document.querySelectorAll(".task[aria-current]")) {
    task.removeAttribute("aria-current");
  }
  if (shown) document.getElementById(`task-${shown}`)?.setAttribute("aria-current", "true");
}

document.getElementById("beside-close")?.addEventListener("click", closeBeside);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.task-name");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const task = link.closest(".task");
  if (!WIDE.matches || !beside || !task) return;
  event.preventDefault();
  openBeside(pkOf(task));
});

document.addEventListener("tasks:changed", ({ detail }) => {
  if (shown && detail.tasks.includes(Number(shown))) loadBeside();
});

document.addEventListener("list:merged", markShown);

// A search has put the address of its list there: the task stays beside.
document.addEventListener("htmx:pushedIntoHistory", () => {
  listAddress = addressWith(null);
  if (shown) history.replaceState(history.state, "", addressWith(shown));
});

// Back and Forward between a list and a task beside it; another list is left to htmx, whose listener
// comes later.
window.addEventListener("popstate", (event) => {
  if (!beside || addressWith(null) !== listAddress) return;
  event.stopImmediatePropagation();
  const pk = keyInAddress();
  if (pk) showBeside(pk);
  else if (shown) hideBeside();
});

if (beside && keyInAddress()) {
  if (WIDE.matches) showBeside(keyInAddress());
  else location.replace(pathOf(keyInAddress()));
}

// From the page of a task back to the list as it was left: with its filter, at its place.
document.querySelector(".way-back a")?.addEventListener("click", (event) => {
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.origin !== location.origin || from.pathname !== event.target.pathname) return;
  event.preventDefault();
  history.back();
});
