// The keys of the incident page: what has a data-key answers to it. Buttons and links are
// pressed, fields are focused; "?" lists what there is on the page at that moment. Whoever
// has just written an entry goes on writing.

const keys = document.getElementById("keys");
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PRESSED = "a, button, summary";
const FIELD = "input:not([type=hidden]), textarea, select, button";

function goOnWriting() {
  if (document.activeElement === document.body) {
    document.querySelector("#entry [name=text]")?.focus();
  }
}

if (window.location.hash === "#entry") {
  goOnWriting();
  // Scrolling to the line once all has been loaded takes the focus away again.
  window.addEventListener("load", () => setTimeout(goOnWriting));
}

// Whoever has mended one thing in a list that was folded away goes on with the next.
const led = document.getElementById(window.location.hash.slice(1))?.closest("details");
if (led) {
  led.open = true;
}

// An entry in focus has keys of its own; elsewhere the first in the page answers.
function answering(key) {
  const selector = `[data-key~="${CSS.escape(key)}"]`;
  const entry = document.activeElement?.closest(".line");
  const own = entry?.querySelector(selector);
  const others = [...document.querySelectorAll(selector)];
  return own || others.find((each) => !each.closest(".line") && isShown(each));
}

function isShown(element) {
  return element.getClientRects().length > 0;
}

function press(target) {
  if (target.matches("summary")) {
    target.parentElement.open = true;
    (target.parentElement.querySelector("textarea") || target).focus();
  } else if (target.matches(PRESSED)) {
    target.click();
  } else {
    const field = target.matches(FIELD) ? target : target.querySelector(FIELD);
    field?.focus();
  }
}

function step(axis, by) {
  const entries = [...axis.querySelectorAll(".line:not(.coming .line)")];
  const here = entries.indexOf(document.activeElement?.closest(".line"));
  const next = entries[Math.max(here + by, 0)];
  if (next) {
    next.tabIndex = -1;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("keydown", (event) => {
  const isWord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const isTyping = event.target.closest?.(TYPING) || keys?.open;
  if (isWord || isTyping || event.defaultPrevented) {
    if (event.key === "Escape" && !keys?.open && !event.isComposing) {
      document.activeElement.blur(); // what is typed stays, and the keys are back
    }
    return;
  }
  const target = answering(event.key);
  if (!target) {
    return;
  }
  event.preventDefault();
  if (event.key === "j" || event.key === "k") {
    step(target, event.key === "j" ? 1 : -1);
  } else if (!event.repeat) {
    // A key that is held down would press again and again.
    press(target);
  }
});

function nameOf(element) {
  const name = element.dataset.does || element.ariaLabel || element.labels?.[0]?.innerText;
  return (name || element.innerText || element.placeholder || "").trim();
}

function listed() {
  const found = new Map([["/", keys.dataset.search]]);
  const shown = [...document.querySelectorAll("[data-key]")].filter(isShown);
  // Those with words of their own speak for all that answer to the same key.
  for (const element of [...shown.filter((each) => each.dataset.does), ...shown]) {
    const key = element.dataset.key;
    if (!found.has(key)) {
      found.set(key, nameOf(element));
    }
  }
  return [...found].flatMap(([key, does]) => {
    const [term, description] = [document.createElement("dt"), document.createElement("dd")];
    term.append(
      ...key.split(" ").map((each) => {
        const cap = document.createElement("kbd");
        cap.textContent = each;
        return cap;
      }),
    );
    description.textContent = does;
    return [term, description];
  });
}

document.addEventListener("click", (event) => {
  if (keys && event.target.closest?.('[data-key="?"]')) {
    event.preventDefault();
    keys.querySelector("dl").replaceChildren(...listed());
    keys.showModal();
  } else if (event.target === keys) {
    keys.close(); // beside what it says
  }
});
