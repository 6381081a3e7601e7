// The number that leads the page's title, on the icon of the installed app.
"use strict";

function showBadge() {
  const count = Number(document.title.match(/^\((\d+)\)/)?.[1] ?? 0);
  navigator.setAppBadge?.(count)?.catch(() => {}); // only an installed app may
}

document.addEventListener("htmx:afterSettle", showBadge);
showBadge();
