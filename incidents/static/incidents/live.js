// Keeps an open incident page current: asks whether anything has changed, takes over
// what has, and says so when the server does not answer.

import { Morph } from "./morph.js";
import { joinDays, keepOlder } from "./older.js";
import { clockIn, tick } from "./ticking.js";

const live = document.getElementById("live");
const EVERY = Number(live.dataset.every);
const SLOWEST = 4;
// What is newer, but was not taken over whole while somebody was busy there.
const waiting = new Map();
let failures = 0;
let timer;

function ask() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") {
    htmx.trigger(live, "pulse");
  }
}

function askLater() {
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY * Math.min(2 ** failures, SLOWEST));
}

// Say one thing, or nothing: each sentence stands in the page, hidden.
function say(state) {
  for (const sentence of live.querySelectorAll("[data-when]")) {
    sentence.hidden = sentence.dataset.when !== state;
  }
}

function lost() {
  failures += 1;
  say("lost");
  askLater();
}

function heard() {
  failures = 0;
  live.querySelector("[data-last]").textContent = clockIn(live.dataset.zone);
  say("");
  askLater();
}

// Whoever has logged in again has got another token for every form.
function renewTokens(text) {
  const token = text.match(/name="csrfmiddlewaretoken" value="(\w+)"/)?.[1];
  for (const field of token ? document.getElementsByName("csrfmiddlewaretoken") : []) {
    field.value = token;
  }
}

function answered(xhr) {
  if (xhr.status === 403) {
    document.getElementById("seen").value = "";
    failures += 1;
    say("out");
    askLater();
  } else if (xhr.status === 404) {
    clearTimeout(timer);
    say("gone");
  } else if (xhr.status === 200 || xhr.status === 204) {
    renewTokens(xhr.responseText);
    heard();
  } else {
    lost();
  }
}

// The place the reader looks at: the field they write in, else the topmost entry in view.
function anchor() {
  const { activeElement: field } = document;
  const isSeen = (element) => {
    const { bottom, top } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  };
  if (field?.matches("input, textarea, select") && isSeen(field)) {
    return field;
  }
  const entries = document.querySelectorAll("[id^=event-], [id^=region-] > section");
  return window.scrollY > 0 ? [...entries].find(isSeen) : undefined;
}

function keepingPlace(change) {
  const [place, focused] = [anchor(), document.activeElement];
  const before = place?.getBoundingClientRect().top;
  change();
  if (place?.isConnected) {
    window.scrollBy({ top: place.getBoundingClientRect().top - before, behavior: "instant" });
  }
  return focused;
}

function takeOver(region, fresh) {
  keepOlder(region, fresh);
  const morph = new Morph();
  const focused = keepingPlace(() => morph.turn(region, fresh));
  htmx.process(region);
  if (morph.isHeld) {
    waiting.set(region.id, fresh);
  } else {
    waiting.delete(region.id);
  }
  if (!focused.isConnected) {
    // What had the focus is gone: whoever goes by keyboard goes on from here.
    region.tabIndex = -1;
    region.focus({ preventScroll: true });
  }
  tick();
}

// Do again what had to wait, as soon as nobody is busy there.
function catchUp() {
  for (const [id, fresh] of [...waiting]) {
    takeOver(document.getElementById(id), fresh.cloneNode(true));
  }
}

live.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status) {
    answered(detail.xhr);
  } else {
    lost();
  }
});

document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const fresh = event.detail.fragment.firstElementChild;
  if (event.detail.target.id.startsWith("region-")) {
    event.detail.shouldSwap = false;
    takeOver(event.detail.target, fresh);
  }
});

// Another fragment that was fetched into a region is newer than what waits for it.
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  waiting.delete(detail.target.closest("[id^=region-]")?.id);
  joinDays(document.getElementById("region-axis"));
});

live.querySelector("[data-again]").addEventListener("click", ask);
for (const name of ["focusout", "change", "reset"]) {
  document.addEventListener(name, () => setTimeout(catchUp));
}
document.addEventListener("visibilitychange", ask);
window.addEventListener("online", ask);
window.addEventListener("pageshow", (event) => event.persisted && ask());

// The page keeps the place by itself; a browser that does so too would move it twice.
document.documentElement.style.overflowAnchor = "none";
setInterval(tick, EVERY);
tick();
askLater();
