// The calendar opens with today in view; on a phone it is a long list of days.
"use strict";

document.querySelector(".calendar .today")?.scrollIntoView({ block: "nearest" });
