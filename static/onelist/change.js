// Changes of tasks: sent without leaving the page, shown at once, told and undone in a toast.
"use strict";

const SHOWN_FOR = 10000; // ms, a toast
const KEPT = 10; // changes that `z` can undo
const SETTLING = 500; // ms after a row has moved: it may have come under a pointer that meant another
const STILL = 5; // px that a hand moves without meaning to
const NO_ANSWER = "Onelist didn't answer. What you see is how things stood; try again.";
const WHY = {
  403: "This page is of another sign-in. Reload it and try again.",
  404: "That task is no longer in your list. Reload the page to see how things stand.",
};
const GOING = ["complete", "approve", "reject"];

const toasts = document.getElementById("toasts");
const undoable = []; // the forms that undo the last changes, the newest last
let lastPress = { at: -Infinity, x: 0, y: 0, isStill: false }; // the last one of a pointer

const isChange = (form) => form.action === new URL("/tasks/change/", location).href;

/** Return the rows of the tasks that a form changes. */
function rowsOf(values) {
  const pks = ["task", "complete", "reopen"].flatMap((name) => values.getAll(name));
  return pks.map((pk) => document.getElementById(`task-${pk}`)).filter(Boolean);
}

/**
 * Send a form, or other values to where it leads; resolve to whether there was an answer. Requests go
 * side by side, each with a source of its own: htmx queues by source.
 */
function send(form, submitter, values = new FormData(form, submitter)) {
  const isGoing = GOING.some((name) => values.has(name) || values.get("do") === name);
  const meant = rowsOf(values);
  if (isGoing) for (const task of meant) task.classList.add("going");
  const source = document.createElement("span");
  source.hidden = true;
  document.body.append(source);
  return new Promise((resolve) => {
    source.addEventListener("htmx:afterRequest", ({ detail }) => {
      source.remove();
      resolve(detail.successful);
      for (const task of meant) if (!task.matches(".folding")) task.classList.remove("going");
      if (detail.successful) return;
      tell(WHY[detail.xhr?.status] ?? NO_ANSWER);
    });
    // That there was no response has been told above.
    htmx.ajax("POST", form.action, { source, values, swap: "none" }).catch(() => {});
  });
}

/** Say what went wrong where changes are told. */
function tell(words) {
  const section = document.createElement("section");
  section.className = "report has-failed";
  section.append(Object.assign(document.createElement("p"), { textContent: words }));
  toasts.append(section);
}

/** Return the form that undoes what a toast tells. */
const undoOf = (toast) => toast.querySelector("form");

function dismiss(toast) {
  if (toast.contains(document.activeElement)) place()?.focus({ preventScroll: true });
  toast.remove();
}

/** Take a toast away in SHOWN_FOR, or as long as it is being looked at. */
function dismissLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) dismissLater(toast);
    else dismiss(toast);
  }, SHOWN_FOR);
}

function keepToast(toast) {
  const form = undoOf(toast);
  if (form) undoable.push(form);
  if (undoable.length > KEPT) undoable.shift();
  for (const old of [...toasts.children].slice(0, -3)) dismiss(old);
  dismissLater(toast);
}

/** Undo the last change that was not undone yet. */
function undo() {
  const form = undoable.pop();
  if (form) sendUndo(form);
}

async function sendUndo(form) {
  const toast = form.closest(".report");
  if (toast?.isConnected) dismiss(toast);
  if (!(await send(form))) undoable.push(form);
}

if (toasts) {
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.(".report")) keepToast(node);
    }
  }).observe(toasts, { childList: true });
  for (const toast of toasts.children) keepToast(toast);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!isChange(form)) return;
  event.preventDefault();
  const { submitter } = event;
  if (toasts?.contains(form)) {
    undoable.splice(undoable.indexOf(form), 1);
    sendUndo(form);
    return;
  }
  if (submitter?.closest(".task.going, .task.folding")) return;
  if (submitter?.matches(".tick") && isMeantForAnother(submitter.closest(".task"))) return;
  send(form, submitter);
});

document.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => {
  const isStill = Math.hypot(x - lastPress.x, y - lastPress.y) < STILL;
  lastPress = { at: performance.now(), x, y, isStill };
});

/**
 * Tell whether a row was pressed by a pointer under which it had just come: by an update, or because
 * the row that was ticked there has made way and this is the second half of a double click.
 */
function isMeantForAnother(task) {
  const isRecent = (at) => lastPress.at > at && lastPress.at < at + SETTLING;
  return isRecent(movedAt.get(task) ?? -Infinity) || (lastPress.isStill && isRecent(foldedAt));
}

// The tasks that were changed: their rows have come with the response, the rest is asked for.
document.addEventListener("tasks:changed", ({ detail }) => {
  const list = document.getElementById("tasks");
  if (!list) return;
  changed = { at: performance.now(), version: detail.version };
  if (detail.moved || document.querySelector("#pager nav")) swapList();
  else if (Number(list.dataset.version) + detail.steps === detail.version) {
    list.dataset.version = detail.version;
  }
});
