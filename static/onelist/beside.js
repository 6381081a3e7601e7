// A task beside the list, where there is room for it.
"use strict";

const WIDE = window.matchMedia("(min-width: 70rem)");
const beside = document.getElementById("beside");
let shown = null; // the address of the task that is beside

function openBeside(link) {
  if (!WIDE.matches || !beside) {
    location.assign(link.href);
    return;
  }
  beside.hidden = false;
  shown = link.href;
  loadBeside();
}

// Its own source: htmx lets one request per source wait, and drops the one that waited before.
function loadBeside() {
  htmx.ajax("GET", shown, { source: "#beside", target: "#beside-task", swap: "innerHTML" });
}

function closeBeside() {
  if (!beside || beside.hidden) return;
  beside.hidden = true;
  shown = null;
  place()?.focus();
}

document.getElementById("beside-close")?.addEventListener("click", closeBeside);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.task-name");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (!WIDE.matches || !beside) return;
  event.preventDefault();
  openBeside(link);
});

document.addEventListener("tasks:changed", ({ detail }) => {
  if (shown && detail.tasks.some((pk) => shown.endsWith(`/tasks/${pk}/`))) loadBeside();
});
