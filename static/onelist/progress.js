// The bar that tells how a sync goes, or that the site does not answer.
"use strict";

const bar = document.getElementById("progress");
const number = new Intl.NumberFormat(document.documentElement.lang);

/** Say it in the bar; with a gauge for a sync of which that much is done. */
function say(words, sync) {
  const gauge = bar.querySelector("progress");
  bar.querySelector("span").textContent = words;
  gauge.hidden = !sync;
  gauge.removeAttribute("value");
  if (sync?.workspaces > 1) {
    gauge.max = sync.workspaces;
    gauge.value = sync.workspaces_done;
  }
  bar.hidden = false;
}

function hide() {
  bar.hidden = true;
}

function sayProgress(sync, isFirst) {
  const parts = [`${number.format(sync.tasks)} tasks${isFirst ? " so far" : ""}`];
  if (sync.workspaces > 1) {
    parts.push(`${sync.workspaces_done} of ${sync.workspaces} workspaces done`);
  }
  say(`Syncing: ${parts.join(", ")}`, sync);
}
