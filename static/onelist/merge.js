// A list that was fetched is merged into the one that is shown, row by row: what has not changed
// stays, with its focus, its place on the screen and everything that is under the hand.
"use strict";

const FOLD = 330; // ms: the tick fills, then the row folds (row.css)
const ON_ITS_WAY = 10000; // ms, at the most: a list that was asked for before a change
const KEYED = "#tasks, .group, ol.tasks, .calendar, .calendar :is(tbody, tr, td, ul)"; // their children are merged one by one

const movedAt = new WeakMap(); // when a row last moved on the screen by itself
let foldedAt = -Infinity; // when a row last made way for those below
let changed = { at: -Infinity, version: 0 }; // the list's version after a change made here

const keyOf = (element) => element.id || element.localName;

/** Return the positions in `numbers` of the longest rising sequence. */
function longestRising(numbers) {
  const ends = []; // ends[n]: the position of the smallest end of a sequence of n + 1
  const before = [];
  numbers.forEach((number, position) => {
    let length = ends.findIndex((end) => numbers[end] >= number);
    if (length === -1) length = ends.length;
    before[position] = ends[length - 1];
    ends[length] = position;
  });
  const found = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) found.push(at);
  return found;
}

/** Make `wanted` the children of `parent`; of those that are there, move as few as possible. */
function arrange(parent, wanted) {
  const are = new Set(wanted);
  for (const child of [...parent.children]) if (!are.has(child)) child.remove();
  const here = [...parent.children];
  const kept = wanted.filter((child) => child.parentElement === parent);
  const still = longestRising(kept.map((child) => here.indexOf(child))).map((at) => kept[at]);
  const stays = new Set(still);
  let next = null;
  for (const child of wanted.toReversed()) {
    if (!stays.has(child)) parent.insertBefore(child, next);
    next = child;
  }
}

/** Show in `mine` what `fresh` shows; the focus stays on the same thing in it. */
function mergeRow(mine, fresh) {
  const focused = document.activeElement;
  const isInside = mine !== focused && mine.contains(focused);
  const chosen = mine.classList.contains("chosen");
  mine.className = fresh.className;
  mine.classList.toggle("chosen", chosen);
  for (const name of ["asana", "at"]) {
    if (fresh.dataset[name]) mine.dataset[name] = fresh.dataset[name];
    else delete mine.dataset[name];
  }
  mine.replaceChildren(...fresh.childNodes);
  if (isInside) (mine.querySelector(`.${focused.classList[0]}`) ?? mine).focus({ preventScroll: true });
  return mine;
}

function isSame(mine, fresh) {
  const copy = mine.cloneNode(true);
  copy.classList.remove("chosen");
  copy.removeAttribute("aria-current");
  return copy.isEqualNode(fresh);
}

/** Return the element to show for `fresh`: `mine`, brought up to date, wherever that is possible. */
function merged(mine, fresh) {
  if (mine.matches(KEYED)) {
    mergeChildren(mine, fresh);
    for (const { name, value } of fresh.attributes) mine.setAttribute(name, value);
    if (!fresh.hasAttribute("aria-current")) mine.removeAttribute("aria-current");
    return mine;
  }
  if (mine.classList.contains("going") || isSame(mine, fresh)) return mine;
  return mine.matches(".task") ? mergeRow(mine, fresh) : fresh;
}

function mergeChildren(mine, fresh) {
  const here = new Map([...mine.children].map((child) => [keyOf(child), child]));
  const wanted = [...fresh.children].map((child) => {
    const kept = here.get(keyOf(child));
    const stays = kept?.localName === child.localName && !kept.matches(".folding");
    return stays ? merged(kept, child) : child; // one that comes back while it folds is a new one
  });
  // A row that folds away is no longer listed: it goes when it has.
  const folding = [...mine.children].filter((child) => child.matches(".folding"));
  for (const child of folding.filter((each) => !wanted.includes(each))) {
    wanted.splice(Math.max(wanted.indexOf(child.previousElementSibling), -1) + 1, 0, child);
  }
  arrange(mine, wanted);
}

/**
 * Keep the focus, and what is on the screen where it is, while `change` is made to the list. Returns
 * the rows that have moved on the screen all the same.
 */
function inPlace(change) {
  const list = document.getElementById("tasks");
  const focused = document.activeElement;
  const wasInside = Boolean(focused?.closest(".task"));
  noteOrder();
  // With the head of the list in view, what is inserted there is to be seen.
  const before = topOf(list) < 0 ? positions() : [];
  const were = new Map(rows().map((task) => [task, topOf(task)]));
  change();
  if (wasInside && document.activeElement !== focused) {
    const row = focused.isConnected ? focused : place();
    if (!focusedRow()) row?.focus({ preventScroll: true });
  }
  holdStill(before);
  document.dispatchEvent(new CustomEvent("list:merged"));
  return rows().filter((task) => Math.abs(topOf(task) - (were.get(task) ?? topOf(task))) > 2);
}

/** Tell whether a list was asked for before a change whose rows are shown already. */
function isOutdated(fresh) {
  const isRecent = performance.now() < changed.at + ON_ITS_WAY;
  return isRecent && Number(fresh.dataset.version) < changed.version;
}

/** Take a list that was asked for; one that is outdated is asked for anew. */
function mergeList(list, fresh) {
  if (isOutdated(fresh)) {
    setTimeout(swapList, 1000); // by then the address is that of the search that brought it
    return;
  }
  document.dispatchEvent(new CustomEvent("list:merging"));
  const moved = inPlace(() => merged(list, fresh));
  for (const task of moved) movedAt.set(task, performance.now());
}

/** Replace something that opens; it stays open, and the focus on its summary. */
function replaced(mine, fresh) {
  const hadFocus = mine.contains(document.activeElement);
  if (mine.open) fresh.open = true;
  mine.replaceWith(fresh);
  if (hadFocus) fresh.querySelector("summary")?.focus({ preventScroll: true });
  return fresh;
}

const isStill = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Let a row go: its tick fills, it folds, the next one takes the focus. */
function fold(task) {
  if (task.matches(".folding")) return;
  noteOrder();
  const hadFocus = task.contains(document.activeElement);
  task.classList.add("folding");
  task.inert = true;
  foldedAt = performance.now();
  if (hadFocus) place()?.focus({ preventScroll: true });
  setTimeout(() => remove(task), isStill() ? 0 : FOLD);
}

/** Remove a row, and its group if that was the last one. */
function remove(task) {
  const group = task.closest(".group");
  foldedAt = performance.now();
  const isAlone = group?.querySelectorAll(".task").length === 1;
  inPlace(() => (isAlone ? group : task).remove());
  if (!document.querySelector("#tasks .task")) swapList(); // it says why it is empty
}

htmx.defineExtension("merge", {
  isInlineSwap: (style) => style === "merge",
  handleSwap(style, target, fragment) {
    if (style === "fold") {
      fold(target);
      return [];
    }
    if (style !== "merge") return false;
    const fresh = fragment.localName ? fragment : fragment.firstElementChild;
    if (!fresh) return [];
    if (target.id === "tasks") mergeList(target, fresh);
    else if (target.matches(".task")) inPlace(() => mergeRow(target, fresh));
    else if (!target.isEqualNode(fresh)) return [replaced(target, fresh)];
    return [target];
  },
});
