// The first guess at a time zone is the browser's; from then on it is the person's own choice.
"use strict";

const zone = document.getElementById("time-zone");
if (zone?.dataset.known === "no") {
  zone.elements.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  fetch(zone.action, { method: "POST", body: new FormData(zone), redirect: "manual" });
}
