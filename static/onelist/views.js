// How many tasks each saved view shows, beside its name. Asked for once a page, and again after rows
// have changed; kept for the tabs that a search swaps in.
"use strict";

const COUNT_AFTER = 1000; // ms: changes come in rows
let counts = {};
let countTimer;
let countedVersion = versionShown();

function versionShown() {
  return document.getElementById("tasks")?.dataset.version;
}

function showCounts() {
  for (const place of document.querySelectorAll("[data-view]")) {
    place.textContent = counts[place.dataset.view] ?? "";
  }
}

async function fetchCounts() {
  const place = document.querySelector("[data-counts]");
  if (!place?.querySelector("[data-view]")) return;
  countedVersion = versionShown();
  const response = await fetch(place.dataset.counts, { redirect: "manual" }).catch(() => null);
  if (!response?.ok) return; // the tabs do without
  counts = await response.json();
  showCounts();
}

function countLater() {
  clearTimeout(countTimer);
  countTimer = setTimeout(fetchCounts, COUNT_AFTER);
}

document.addEventListener("htmx:afterSettle", showCounts);
document.addEventListener("tasks:changed", countLater);
document.addEventListener("list:merged", () => versionShown() === countedVersion || countLater());
fetchCounts();
