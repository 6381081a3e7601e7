// A task is dragged by its name onto a day of the week's strip or of the calendar; selected ones come
// along. Keys and fingers have the menu of dates.
"use strict";

let dragged = null; // the row
let droppedOn = null; // the day that it would fall on, as an element

const dayUnder = ({ target }) => (dragged ? target.closest?.("[data-day]") : null);

function showDay(day) {
  if (day === droppedOn) return;
  droppedOn?.classList.remove("dropping");
  day?.classList.add("dropping");
  droppedOn = day;
}

function stopDragging() {
  if (!dragged) return;
  showDay(null);
  dragged = null;
  document.documentElement.classList.remove("dragging");
}

/** Send the new day of a task, by the form of the menu of dates. */
function moveTo(day, pks) {
  const form = menuNamed("date-menu").querySelector("form");
  const values = new FormData(form);
  values.delete("task");
  for (const pk of pks) values.append("task", pk);
  values.set("due", day);
  send(form, null, values);
}

document.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".task:not(.going, .folding) > a.task-name")) return;
  dragged = event.target.closest(".task");
  event.dataTransfer.effectAllowed = "all"; // as a link, elsewhere
  event.dataTransfer.setDragImage(event.target, 0, 0);
  // Not at once: Chromium ends a drag during whose start the page moves.
  setTimeout(() => document.documentElement.classList.toggle("dragging", Boolean(dragged)));
});

function dragOver(event) {
  const day = dayUnder(event);
  showDay(day);
  if (!day) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
}

document.addEventListener("dragenter", dragOver);
document.addEventListener("dragover", dragOver);

document.addEventListener("drop", (event) => {
  const day = dayUnder(event)?.dataset.day;
  if (!day) return;
  event.preventDefault();
  const task = dragged;
  stopDragging();
  if (chosen.has(pkOf(task))) moveTo(day, chosen);
  else if (dueOf(task).slice(0, 10) !== day) moveTo(day, [pkOf(task)]);
});

document.addEventListener("dragend", stopDragging);
// A row that was removed has no end: the pointer moves on without a button. With one it may be a
// move from before the drag, which comes after its start.
document.addEventListener("pointermove", (event) => event.buttons || stopDragging());
