// A picture that doesn't load makes way for the initials beneath it.
document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.(".picture img")) event.target.remove();
  },
  true,
);
