// The list under one's hands: keyboard, selection that survives a swap, the task beside the list.
"use strict";

const KEYS_GO = { t: "/tasks/", w: "/workspaces/", c: "/tasks/calendar/", a: "/accounts/" };
const GO_WITHIN = 1500; // ms between `g` and the key that says where to
const WIDE = window.matchMedia("(min-width: 70rem)");
let goUntil = 0;
let current = null; // the id of the row that last had the focus
let order = []; // the ids of all rows while it was one of them

document.documentElement.classList.add("with-script");

const rows = () => [...document.querySelectorAll(".task")];
const row = () => document.getElementById(current);

/** Return the index at which the current row would stand, now that it is gone. */
function gap(all) {
  const indexOf = (id) => all.findIndex((task) => task.id === id);
  const isThere = (index) => index !== -1;
  const here = order.indexOf(current);
  const after = order.slice(here + 1).map(indexOf).find(isThere);
  const before = order.slice(0, here).map(indexOf).findLast(isThere) ?? -1;
  return after ?? before + 1;
}

/** Return the current row or the one in its place: the next, or the last of all. */
function place() {
  if (!current) return undefined;
  const all = rows();
  return row() ?? all[gap(all)] ?? all.at(-1);
}

function move(step) {
  const all = rows();
  const here = all.indexOf(row());
  const to = here === -1 ? gap(all) + Math.min(step, 0) : here + step;
  all[Math.max(Math.min(to, all.length - 1), 0)]?.focus();
}

/** Click something in the row in which the focus is. */
function press(selector) {
  document.activeElement?.closest(".task")?.querySelector(selector)?.click();
}

function openBeside(link) {
  const beside = document.getElementById("beside");
  if (!WIDE.matches || !beside) {
    location.assign(link.href);
    return;
  }
  beside.hidden = false;
  // Its own source: htmx lets one request per source wait, and drops the one that waited before.
  htmx.ajax("GET", link.href, { source: "#beside", target: "#beside-task", swap: "innerHTML" });
}

function closeBeside() {
  const beside = document.getElementById("beside");
  if (!beside || beside.hidden) return;
  beside.hidden = true;
  place()?.focus();
}

document.getElementById("beside-close")?.addEventListener("click", closeBeside);

const ACTIONS = {
  Escape: closeBeside,
  j: () => move(1),
  k: () => move(-1),
  x: () => press("button[value=complete], button[value=reopen], .task-menu summary"),
  e: () => press("a.task-name"),
  o: () => press("a.in-asana"),
  "/": () => document.getElementById("id_q")?.focus(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  g: () => (goUntil = Date.now() + GO_WITHIN),
};

function isTyping(target) {
  if (target.type === "checkbox") return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (Date.now() < goUntil && KEYS_GO[event.key]) {
    location.assign(KEYS_GO[event.key]);
    return;
  }
  const action = ACTIONS[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

document.addEventListener("focusin", (event) => {
  const focused = event.target.closest?.(".task");
  if (focused) current = focused.id;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.task-name");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (!WIDE.matches) return;
  event.preventDefault();
  openBeside(link);
});

// What is shown at once: a task on its way to being done. The answer brings the list as it is.
document.addEventListener("submit", (event) => {
  const going = ["complete", "approve", "reject"].includes(event.submitter?.value);
  if (going) event.submitter.closest(".task")?.classList.add("going");
});

/** In the list's own line for that, or on top of another page. */
function tell(words) {
  const bar = document.getElementById("progress");
  if (bar) {
    bar.hidden = false;
    bar.querySelector("progress").hidden = true;
    bar.querySelector("span").textContent = words;
    return;
  }
  const line = document.getElementById("trouble");
  line.hidden = false;
  line.textContent = words;
}

// No answer, or none that helps: nothing is as it seemed, and that is said.
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, () => {
    for (const task of document.querySelectorAll(".task.going")) task.classList.remove("going");
    tell("Onelist didn't answer. What you see is how things stood; reload the page to try again.");
  });
}

const topOf = (element) => element.getBoundingClientRect().top;

/** Return where rows are: those in view, two above them and all below. */
function positions() {
  const all = rows();
  const first = all.findIndex((task) => task.getBoundingClientRect().bottom > 0);
  return all.slice(Math.max(first - 2, 0)).map((task) => [task.id, topOf(task)]);
}

/** Scroll so that the rows stay where they were. */
function holdStill(before) {
  const now = new Map(rows().map((task) => [task.id, topOf(task)]));
  const moves = before.filter(([id]) => now.has(id)).map(([id, top]) => now.get(id) - top);
  // A row that moved otherwise than the next went to another place in the list.
  const move = moves.find((each, index) => Math.abs(each - moves[index + 1]) < 1);
  if (move) window.scrollBy({ top: move, behavior: "instant" });
}

// A swapped list keeps what was selected, and where the hands were.
let kept = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "tasks" || !event.detail.shouldSwap) return;
  // Another swap may have replaced the list that this answer was meant for.
  if (!event.detail.target.isConnected) event.detail.target = document.getElementById("tasks");
  const chosen = [...document.querySelectorAll("#tasks .task-choose:checked")];
  const open = [...document.querySelectorAll("#tasks details[open]")];
  if (row()) order = rows().map((task) => task.id);
  kept = {
    // With the head of the list in view, what is inserted there (a report) is to be seen.
    positions: topOf(event.detail.target) < 0 ? positions() : [],
    selected: chosen.map((box) => box.value),
    focused: Boolean(document.activeElement?.closest(".task, #selection")),
    statusOpen: open.some((details) => details.classList.contains("sync-status")),
  };
  // Chromium lays out the page when a focused element is removed. htmx inserts the new list before
  // it removes the old one, so scroll anchoring would follow the old one down, to the page's end.
  if (event.detail.target.contains(document.activeElement)) document.activeElement.blur();
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const chooses = document.activeElement?.closest("#search");
  if (event.detail.target.id === "filter-grid" && chooses) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSwap", () => {
  if (!kept) return;
  for (const value of kept.selected) {
    const box = document.querySelector(`#tasks .task-choose[value="${CSS.escape(value)}"]`);
    if (box) box.checked = true;
  }
  if (kept.focused) place()?.focus({ preventScroll: true });
  const sources = document.querySelector("#tasks details.sync-status");
  if (kept.statusOpen && sources) sources.open = true;
  holdStill(kept.positions);
  kept = null;
});

// The first guess at a time zone is the browser's; from then on it is the person's own choice.
const zone = document.getElementById("time-zone");
if (zone?.dataset.known === "no") {
  zone.elements.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  fetch(zone.action, { method: "POST", body: new FormData(zone), redirect: "manual" });
}
