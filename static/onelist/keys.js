// The keyboard. Keys that change a task act on the row that has the focus; those that move, search
// or go somewhere work everywhere outside of fields. All of them can be switched off.
"use strict";

const GO_TO = { t: "/tasks/", w: "/workspaces/", c: "/tasks/calendar/", i: "/insights/", a: "/accounts/" };
const DATES = { t: "today", m: "tomorrow", w: "next-week", n: "no-date" };
const WITHIN = 1500; // ms between the two keys of a sequence
let following = null; // what the second key of a sequence means
let followingUntil = 0;

const dialog = document.getElementById("shortcuts");
const search = document.getElementById("id_q");
const uses = document.getElementById("use-keys");

/** Wait for the second key of a sequence; `meanings` are functions by key. */
function follow(meanings) {
  following = meanings;
  followingUntil = Date.now() + WITHIN;
}

const goTo = Object.fromEntries(
  Object.entries(GO_TO).map(([key, path]) => [key, () => location.assign(path)]),
);

/** Click something in the row in which the focus is. */
function press(selector) {
  focusedRow()?.querySelector(selector)?.click();
}

/** Open the dates of the focused row; a second key chooses one. */
function date() {
  const task = focusedRow();
  if (!task) return;
  openDateMenu(task);
  const button = (name) => document.querySelector(`#date-menu [data-date="${name}"]`);
  follow(Object.fromEntries(Object.entries(DATES).map(([key, name]) => [key, () => button(name)?.click()])));
}

/** In the menu of dates, `/` and what begins a date go into its field. */
function typeDate(event) {
  const field = document.querySelector("#date-menu:popover-open [name=typed]");
  if (!field || event.key.length > 1 || event.key === " ") return;
  if (event.key === "/") event.preventDefault();
  field.focus(); // which then gets the key
}

/** Move, and select the rows on the way. */
function extend(step) {
  const from = focusedRow();
  const to = move(step);
  for (const task of [from, to]) if (task) choose(pkOf(task), true);
}

/** Move; a task beside moves along. */
function step(by) {
  const task = move(by);
  if (task && shown) openBeside(pkOf(task));
}

const view = (number) => document.querySelectorAll("#views > a")[number - 1]?.click();

const KEYS = {
  Escape: () => closeBeside(),
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  J: () => extend(1),
  K: () => extend(-1),
  x: () => focusedRow() && choose(pkOf(focusedRow())),
  c: () => press(".tick"),
  e: () => press("a.task-name"),
  o: () => press("a.in-asana"),
  t: date,
  z: () => undo(),
  s: () => document.getElementById("sync-now")?.requestSubmit(),
  "/": () => search?.focus(),
  "?": () => dialog?.showModal(),
  g: () => follow(goTo),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [number, () => view(number)])),
};

function isTyping(target) {
  if (target.type === "checkbox") return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Return the key as on a Latin keyboard, whatever Caps Lock and the layout are. */
function keyOfEvent(event) {
  const { key, code, shiftKey } = event;
  if (key.length > 1 || !/^Key[A-Z]$/.test(code)) return key;
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.slice(3).toLowerCase();
  return shiftKey ? letter.toUpperCase() : letter;
}

/** Enter opens the row that has the focus itself; arrows move only in the list. */
function actionOf(key, target) {
  if (key === "Enter") return target.matches(".task") ? () => press("a.task-name") : undefined;
  if (key.startsWith("Arrow") && !target.closest(".task")) return undefined;
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

function onSearchKey(event) {
  if (event.key === "Escape") {
    event.preventDefault(); // which would empty the field
    search.blur();
  }
  if (event.key === "ArrowDown" && rows().length) {
    event.preventDefault();
    rows()[0].focus();
  }
}

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) onSearchKey(event);
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (!uses?.checked && event.key !== "Escape") return;
  const key = keyOfEvent(event);
  const second = Date.now() < followingUntil && Object.hasOwn(following, key) && following[key];
  followingUntil = 0;
  if (!second && document.querySelector(":popover-open")) {
    typeDate(event);
    return;
  }
  const action = second || actionOf(key, event.target);
  if (!action) return;
  event.preventDefault();
  action();
}

/** Move along the strip of the week, which is one stop of Tab. */
function onWeekKey(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const link = step && event.target.closest(".week > a");
  const next = link && (step > 0 ? link.nextElementSibling : link.previousElementSibling);
  if (!next) return;
  event.preventDefault();
  link.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

document.addEventListener("keydown", onKey);

// A menu that is closed has no second key any more: it is the first one of another task.
const forget = ({ newState }) => {
  if (newState === "closed") followingUntil = 0;
};
document.addEventListener("beforetoggle", forget, true);
document.addEventListener("keydown", onWeekKey);
