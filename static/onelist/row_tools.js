// What one does to a row: its tools, the selection, and the menus of dates and decisions. They
// exist once, and come to the row under the pointer or with the focus.
"use strict";

const template = document.getElementById("row-tools");
const tools = template?.content.firstElementChild.cloneNode(true);
const box = tools?.querySelector(".task-choose");
const chosen = new Set(); // the keys of selected tasks
const selectionBar = document.getElementById("selection");

const nameOf = (task) => task.querySelector(".task-name").textContent;

function showTools(task) {
  if (!tools || tools.parentElement === task) return;
  const title = nameOf(task).slice(0, 120);
  box.value = pkOf(task);
  box.checked = chosen.has(box.value);
  box.ariaLabel = `Select: ${title}`;
  tools.querySelector(".row-date").ariaLabel = `Change the date: ${title}`;
  const link = tools.querySelector(".in-asana");
  link.hidden = !task.dataset.asana;
  link.href = task.dataset.asana ?? "";
  link.ariaLabel = `Open in Asana: ${title}`;
  task.append(tools);
}


document.addEventListener("focusin", (event) => {
  const task = event.target.closest?.(".task");
  if (task) showTools(task);
});

document.addEventListener("pointerover", (event) => {
  const task = event.target.closest?.(".task");
  if (!task || !tools || document.querySelector(":popover-open")) return;
  if (tools.contains(document.activeElement)) tools.closest(".task").focus({ preventScroll: true });
  showTools(task);
});

const inputsOf = (pks) =>
  [...pks].map((pk) =>
    Object.assign(document.createElement("input"), { type: "hidden", name: "task", value: pk }),
  );

/** Show which rows are selected, and the bar for them. */
function showChosen() {
  for (const task of document.querySelectorAll(".task")) {
    task.classList.toggle("chosen", chosen.has(pkOf(task)));
  }
  if (box) box.checked = chosen.has(box.value);
  if (!selectionBar) return;
  const hadFocus = selectionBar.contains(document.activeElement);
  selectionBar.hidden = chosen.size === 0;
  if (hadFocus && selectionBar.hidden) place()?.focus({ preventScroll: true });
  selectionBar.querySelector(".chosen-count").textContent = `${chosen.size} selected`;
  selectionBar.querySelector(".chosen-tasks").replaceChildren(...inputsOf(chosen));
}

function choose(pk, isChosen = !chosen.has(pk)) {
  if (!selectionBar) return;
  if (isChosen) chosen.add(pk);
  else chosen.delete(pk);
  showChosen();
}

box?.addEventListener("change", () => choose(box.value, box.checked));

// What was done to selected tasks is done: those that are gone, or were changed, are let go.
document.addEventListener("tasks:changed", ({ detail }) => {
  for (const pk of detail.tasks) chosen.delete(String(pk));
  showChosen();
});

// The tools are no part of a list that is compared with another.
let held = null; // the tool that has the focus meanwhile

document.addEventListener("list:merging", () => {
  if (!tools?.isConnected) return;
  held = tools.contains(document.activeElement) ? document.activeElement : null;
  if (held) tools.closest(".task").focus({ preventScroll: true });
  tools.remove();
});
document.addEventListener("list:merged", () => {
  const here = new Set(rows().map(pkOf));
  for (const pk of chosen) if (!here.has(pk)) chosen.delete(pk);
  showChosen();
  const task = focusedRow();
  if (task) showTools(task);
  if (task) held?.focus({ preventScroll: true });
  held = null;
});

/** Open a menu for tasks, beside what it was opened from. */
function openMenu(name, pks, title, from) {
  const menu = menuNamed(name);
  menu.querySelector(".menu-tasks").replaceChildren(...inputsOf(pks));
  menu.querySelector(".menu-title").textContent = title;
  menu.querySelector("form").reset();
  menu.addEventListener("toggle", () => placeMenu(menu, from), { once: true });
  menu.showPopover();
  menu.querySelector("form > button").focus(); // a key chooses, and what else is typed is a date
}

function menuNamed(name) {
  const there = document.getElementById(name);
  if (there) return there;
  const made = document.getElementById(`${name}-template`).content.firstElementChild;
  const menu = made.cloneNode(true);
  document.body.append(menu);
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed" && document.activeElement === document.body) {
      place()?.focus({ preventScroll: true });
    }
  });
  return menu;
}

/** Put a menu under what it was opened from, or above it where there is room; all of it in view. */
function placeMenu(menu, from) {
  const at = from.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const within = (place, room) => `${Math.max(8, Math.min(place, room - 8))}px`;
  const isBelow = at.bottom + height + 8 < innerHeight || at.top < height;
  menu.style.top = within(isBelow ? at.bottom + 4 : at.top - height - 4, innerHeight - height);
  menu.style.left = within(at.right - width, innerWidth - width);
}

/** Open the dates for one task; of those that depend on its own, say which they are. */
function openDateMenu(task) {
  if (!document.getElementById("date-menu-template")) return;
  const due = dueOf(task);
  sayDates(due.slice(0, 10), due.includes("T"));
  openMenu("date-menu", [pkOf(task)], nameOf(task), task.querySelector(".task-due") ?? task);
}

/** Return the day or the moment at which the task of a row is due; "" for none. */
function dueOf(task) {
  const { day } = task.closest("[data-day]")?.dataset ?? {};
  if (day) return task.dataset.at ? `${day}T${task.dataset.at}` : day;
  return task.matches(".done") ? "" : (task.querySelector("time.task-due")?.dateTime ?? "");
}

/** Return an ISO day in words, such as `Sun 6 Dec`. */
function dayInWords(day) {
  const [weekday, number, month] = new Date(day).toUTCString().split(/,? /);
  return `${weekday} ${Number(number)} ${month}`;
}

/** Say in the menu of dates when a week after `due` is, which may be no day or have passed. */
function sayDates(due, hasTime) {
  const menu = menuNamed("date-menu");
  const today = menu.querySelector("[data-date=today]").value;
  const later = new Date(due > today ? due : today);
  later.setUTCDate(later.getUTCDate() + 7);
  const words = dayInWords(later);
  menu.querySelector("[data-date=week-later] span").textContent = due >= today ? words : `from today: ${words}`;
  menu.querySelector("[data-date=no-time]").hidden = !hasTime;
}

selectionBar?.querySelector(".chosen-date")?.addEventListener("click", ({ target }) => {
  const menu = menuNamed("date-menu");
  menu.querySelector("[data-date=week-later] span").textContent = "";
  menu.querySelector("[data-date=no-time]").hidden = false;
  openMenu("date-menu", chosen, `${chosen.size} selected`, target);
});
selectionBar?.querySelector(".chosen-none")?.addEventListener("click", () => {
  chosen.clear();
  showChosen();
});

document.addEventListener("click", (event) => {
  const task = event.target.closest(".task");
  if (!task) return;
  if (event.target.closest(".row-date, .task-due")) openDateMenu(task);
  const decide = event.target.closest("a.tick");
  if (decide && !event.ctrlKey && !event.metaKey && !event.button) {
    event.preventDefault();
    openMenu("decide-menu", [pkOf(task)], nameOf(task), decide);
  }
});

document.addEventListener("submit", (event) => {
  event.target.closest("[popover]")?.hidePopover();
});
