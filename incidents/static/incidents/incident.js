// Keys of the incident page: a field with data-key is focused by that key. Whoever has
// just written an entry goes on writing. What is due is counted down, and how long the
// incident has been running is counted on.

if (window.location.hash === "#entry") {
  document.querySelector("#entry [name=text]")?.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

const MINUTE = 60 * 1000;
const FAR = 24 * 60;

function said(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours && `${hours} h`, (rest || !hours) && `${rest} min`].filter(Boolean).join(" ");
}

// Days stay as the server wrote them; within a day every minute counts.
function countDown() {
  for (const time of document.querySelectorAll("time.countdown")) {
    const left = (Date.parse(time.dateTime) - Date.now()) / MINUTE;
    if (Math.abs(left) >= FAR) {
      continue;
    }
    const span = said(left < 0 ? Math.floor(-left) : Math.ceil(left));
    const words = left < 0 ? time.dataset.by : time.dataset.in;
    time.textContent = Math.abs(left) < 1 ? time.dataset.now : words.replace("%s", span);
  }
}

function countOn() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const gone = Math.floor((Date.now() - Date.parse(time.dateTime)) / MINUTE);
    if (gone >= 1 && gone < FAR) {
      time.textContent = time.dataset.since.replace("%s", said(gone));
    }
  }
}

setInterval(() => {
  countDown();
  countOn();
}, 15 * 1000);
