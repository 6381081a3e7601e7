// The rows of a list: which one is the current one, and where it stood when it is gone.
"use strict";

let current = null; // the id of the row that last had the focus
let order = []; // the ids of all rows while it was one of them

document.documentElement.classList.add("with-script");

const rows = () => [...document.querySelectorAll(".task:not(.folding)")];
const row = () => rows().find((task) => task.id === current);
const focusedRow = () => document.activeElement?.closest(".task");
const topOf = (element) => element.getBoundingClientRect().top;
const pkOf = (task) => task.id.replace("task-", "");

/** Remember the order of the rows, to know the place of the current one when it is gone. */
function noteOrder() {
  if (row()) order = rows().map((task) => task.id);
}

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

/** Focus the row that is `step` rows away from the current one; return it. */
function move(step) {
  const all = rows();
  const here = all.indexOf(row());
  const to = here === -1 ? gap(all) + Math.min(step, 0) : here + step;
  const target = all[Math.max(Math.min(to, all.length - 1), 0)];
  target?.focus();
  return target;
}

/** Return where rows are: those in view, two above them and all below. */
function positions() {
  const all = rows().filter((task) => task.offsetParent); // a phone hides days of other months
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

document.addEventListener("focusin", (event) => {
  const focused = event.target.closest?.(".task");
  if (!focused) return;
  current = focused.id;
  noteOrder();
});
