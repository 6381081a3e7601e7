// Sync in place: the site tells its progress line by line while it fetches from Asana.
"use strict";

const form = document.getElementById("refresh");
const bar = document.getElementById("progress");
const number = new Intl.NumberFormat(document.documentElement.lang);
const SWAP_EVERY = 2000; // ms, while a first fetch fills the list
const ASK_AGAIN = 2000; // ms, while another tab or machine is refreshing
const AT_LEAST = 30000; // ms between two refreshes nobody asked for
let running = false;
let dueAt = Infinity; // when the copy is stale and Asana may be asked
let notBefore = 0; // when the next refresh that nobody asks for is allowed
let due = false; // while the tab was hidden
let timer;
let swapping; // the list, on its way
let again = false; // something changed meanwhile
let leftAt = -Infinity; // by a form that was sent, as "Sign out"

const list = () => document.getElementById("tasks");
const leaving = () => Date.now() < leftAt + AT_LEAST; // if it led nowhere, this page goes on

/** One at a time: htmx drops what waits for an element that is being replaced. */
function swapList() {
  if (swapping) {
    again = true;
    return swapping;
  }
  swapping = htmx.ajax("GET", location.href, { target: "#tasks", swap: "outerHTML" });
  swapping = swapping.finally(() => {
    swapping = undefined;
    if (again) {
      again = false;
      return swapList();
    }
  });
  return swapping;
}

function show(progress) {
  const gauge = bar.querySelector("progress");
  if (progress.workspaces > 1) {
    gauge.max = progress.workspaces;
    gauge.value = progress.workspaces_done;
  } else {
    gauge.removeAttribute("value");
  }
  const parts = [`${progress.account}: ${number.format(progress.tasks)} tasks so far`];
  if (progress.workspaces > 1) {
    parts.push(`${progress.workspaces_done} of ${progress.workspaces} workspaces done`);
  }
  if (progress.message) parts.push(progress.message);
  bar.querySelector("span").textContent = parts.join(", ");
}

async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

/** Whether another refresh of the same account was found under way. */
async function follow(response) {
  const first = list().dataset.first === "yes";
  let swapped = Date.now();
  let busy = false;
  for await (const progress of lines(response)) {
    busy ||= progress.state === "busy";
    show(progress);
    if (first && progress.state === "page" && Date.now() - swapped > SWAP_EVERY) {
      swapped = Date.now();
      swapList();
    }
  }
  return busy;
}

async function refresh() {
  if (running) return;
  running = true;
  let pause = AT_LEAST;
  bar.hidden = false;
  bar.querySelector("progress").hidden = false;
  form.querySelector("button").disabled = true;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/x-ndjson" },
      redirect: "manual",
    });
    if (leaving()) return;
    if (response.type === "opaqueredirect") location.reload(); // signed out elsewhere
    // Signed in anew elsewhere: the form's token is of the time before. Not in a loop, though.
    if (response.status === 403 && performance.now() > AT_LEAST) location.reload();
    if (!response.ok) throw new Error(response.status);
    if (await follow(response)) pause = ASK_AGAIN;
    await swapList();
    bar.hidden = true;
  } catch {
    bar.querySelector("span").textContent =
      "The sync was cut off. What you see is the last copy.";
    bar.querySelector("progress").hidden = true;
  } finally {
    running = false;
    form.querySelector("button").disabled = false;
    notBefore = Date.now() + pause;
    refreshLater();
  }
}

/** Read from the list when to ask for the next one: never while all accounts need reconnecting. */
function readDue() {
  const seconds = list()?.dataset.refreshIn;
  dueAt = seconds ? Date.now() + seconds * 1000 : Infinity;
  refreshLater();
}

/** Set the timer anew. */
function refreshLater() {
  clearTimeout(timer);
  if (dueAt === Infinity) return;
  timer = setTimeout(refreshIfLookedAt, Math.max(dueAt, notBefore) - Date.now());
}

/** Sync; but a hidden tab asks nothing. */
function refreshIfLookedAt() {
  if (document.hidden) {
    due = true;
  } else if (document.querySelector("#tasks details.task-menu[open], #selection :focus")) {
    timer = setTimeout(refreshIfLookedAt, ASK_AGAIN); // somebody is choosing a date
  } else {
    refresh();
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !form) return;
  if (due) {
    due = false;
    refresh();
  } else if (dueAt === Infinity) {
    swapList(); // an account may have been reconnected in another tab
  }
});

// What still comes then must not lead anywhere else than the form does.
window.addEventListener("submit", (event) => {
  if (event.target.method === "post" && !event.defaultPrevented) leftAt = Date.now();
});
window.addEventListener("pageshow", () => {
  leftAt = -Infinity;
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (leaving()) event.preventDefault();
});

// Something was changed in Asana: the list says how it went, and how things stand.
document.addEventListener("tasks:changed", swapList);

document.addEventListener("htmx:afterSwap", (event) => {
  if (form && event.target.id === "tasks") readDue();
});

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
if (form) readDue();
