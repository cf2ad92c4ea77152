// Clocks go on in the browser: what is due is counted down, and is late when its time
// has come; how long it has been going on is counted on; and "now" is now.

const MINUTE = 60 * 1000;
const FAR = 24 * 60;

function said(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours && `${hours} h`, (rest || !hours) && `${rest} min`].filter(Boolean).join(" ");
}

function write(element, text) {
  // Written only when it differs: what somebody has marked stays marked.
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

// Days stay as the server wrote them; within a day every minute counts.
function countDown() {
  for (const time of document.querySelectorAll("time.countdown")) {
    const left = (Date.parse(time.dateTime) - Date.now()) / MINUTE;
    time.classList.toggle("is-past", left < 0);
    if (Math.abs(left) >= FAR) {
      continue;
    }
    const span = said(left < 0 ? Math.floor(-left) : Math.ceil(left));
    const words = left < 0 ? time.dataset.by : time.dataset.in;
    write(time, Math.abs(left) < 1 ? time.dataset.now : words.replace("%s", span));
  }
}

function countOn() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const gone = Math.floor((Date.now() - Date.parse(time.dateTime)) / MINUTE);
    if (gone >= 1 && gone < FAR) {
      write(time, time.dataset.since.replace("%s", said(gone)));
    }
  }
}

export function clockIn(zone, at = new Date()) {
  const style = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat("en-GB", style).format(at);
}

function showNow() {
  for (const element of document.querySelectorAll("[data-now-in]")) {
    write(element, clockIn(element.dataset.nowIn));
  }
}

export function tick() {
  countDown();
  countOn();
  showNow();
}
