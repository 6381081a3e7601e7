// The list keeps itself up to date: the page asks how the sync goes, and for rows when they changed.
"use strict";

const form = document.getElementById("sync-now");
const LOOK_EVERY = 15000; // ms, while no sync runs
const LOOK_AT_SYNC = 1000; // ms, while one runs
const LOOK_FOR_FIRST = 300; // ms, while the first tasks are on their way to a new page
const NEW_FOR = 5000; // ms
const NO_RESPONSE = 10000; // ms until one is not waited for any longer
const TRY_AGAIN = 30000; // ms, while the site does not answer
const SWAP_EVERY = 2000; // ms, at the most, while a sync runs
const AT_LEAST = 30000; // ms from one reload to the next
let timer; // of the next look; none while one is on its way
let looks = 0; // the number of the last look: an older one is too late
let failures = 0; // since the last response
let last; // the status of the last look
let pressed = false; // "Sync now": the progress is shown until the sync has ended
let swapping; // the list, on its way
let again = false; // something changed meanwhile
let swappedAt = -Infinity;
let leftAt = -Infinity; // by a form that was sent, as "Sign out"

const list = () => document.getElementById("tasks");
const line = () => document.getElementById("sync-status");
const leaving = () => Date.now() < leftAt + AT_LEAST; // if it led nowhere, this page goes on
const isFirst = () => line()?.dataset.first === "yes";
const isEmpty = () => !document.querySelector("#tasks .task");

/** One at a time: of several that wait for one source, htmx sends only the last. */
function swapList() {
  if (swapping) {
    again = true;
    return swapping;
  }
  swapping = htmx.ajax("GET", location.href, { target: "#tasks", swap: "merge" });
  swapping = swapping.finally(() => {
    swapping = undefined;
    if (again) {
      again = false;
      return swapList();
    }
  });
  return swapping;
}

const differs = (status, ...names) => names.some((name) => status[name] !== last?.[name]);

function ask(accept) {
  return fetch(form.dataset.status, {
    headers: { Accept: accept },
    cache: "no-cache",
    redirect: "manual",
    signal: AbortSignal.timeout(NO_RESPONSE),
  });
}

/** Replace the freshness line alone: no row has changed. */
async function swapLine() {
  const response = await ask("text/html");
  const html = await response.text();
  const old = line();
  if (!response.ok || leaving() || swapping || !old) return;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  replaced(old, holder.content.firstElementChild);
}

/** Nobody is told of a sync that they didn't ask for, unless it is the first. */
function showProgress(status) {
  if (!status.syncing) pressed = false;
  if (!pressed && !(status.syncing && isFirst())) {
    hide();
    return;
  }
  sayProgress(status, isFirst());
}

/** Not in a loop: a page that is new waits. */
function reload() {
  if (performance.now() > AT_LEAST) location.reload();
}

/** Fetch what has changed. Returns whether that has to wait. */
function update(status, etag) {
  if (swapping || document.documentElement.matches(".dragging")) return true;
  const hasRows = Number(list().dataset.version) !== status.version;
  const isOld = etag !== line()?.dataset.etag;
  const isNews = isOld && (!status.syncing || differs(status, "errors", "waiting_until"));
  if (hasRows || (isNews && isEmpty())) { // an empty list says why it is empty
    if (status.syncing && !isEmpty() && Date.now() < swappedAt + SWAP_EVERY) return true;
    swappedAt = Date.now();
    swapList();
  } else if (isNews) {
    swapLine().catch(() => {}); // the next look tries again
  }
  return false;
}

/** Take a response; return when to look again. */
async function take(response) {
  if (response.status === 401 || response.type === "opaqueredirect") {
    reload(); // signed out elsewhere
    return TRY_AGAIN;
  }
  if (!response.ok) throw new Error(response.status);
  const status = await response.json();
  const etag = response.headers.get("ETag")?.match(/"(.*)"/)?.[1];
  failures = 0;
  showProgress(status);
  const waits = update(status, etag);
  last = status;
  if (!status.syncing) return waits ? SWAP_EVERY : LOOK_EVERY;
  const isNew = isFirst() && !status.tasks && performance.now() < NEW_FOR;
  return isNew ? LOOK_FOR_FIRST : LOOK_AT_SYNC;
}

/** Look how the sync goes, again and again; but a hidden tab asks nothing. */
async function look() {
  clearTimeout(timer);
  timer = undefined;
  if (document.hidden) return;
  const mine = ++looks;
  let next = TRY_AGAIN;
  try {
    const response = await ask("application/json");
    if (mine !== looks) return;
    next = leaving() ? LOOK_EVERY : await take(response);
  } catch {
    failures += 1;
    if (failures > 1 && !leaving()) {
      say("Onelist isn't answering. What you see is the last copy.");
    }
  }
  if (mine !== looks) return;
  clearTimeout(timer);
  timer = setTimeout(look, next);
}

async function syncNow() {
  pressed = true;
  say("Syncing …", {});
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      redirect: "manual",
    });
    if (leaving()) return;
    // Signed out elsewhere; or in anew: the form's token is of the time before.
    if ([401, 403].includes(response.status)) reload();
    if (!response.ok) throw new Error(response.status);
    look();
  } catch {
    pressed = false;
    say("The sync could not be asked for. What you see is the last copy.");
  }
}

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

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    syncNow();
  });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  look();
}
