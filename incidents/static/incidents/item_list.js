// The list of action items by keyboard, and its rows while they are changed. htmx swaps
// a row for its form and back; here the focus follows, and what was done is said aloud.
// The page's configuration settles a swap at once: a key pressed in between would
// otherwise find no row with the focus.

const said = document.getElementById("list-said");
const keys = document.getElementById("keys");
const help = document.getElementById("show-keys");
// Which field the form that is about to come up begins with.
let wanted = "";

const rows = () => [...document.querySelectorAll(".item-row, .row-edit")];
const link = (row) => row.querySelector(".line-title a, .row-form select");

function current() {
  return document.activeElement?.closest(".item-row, .row-edit");
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1);
  const target = all[next] && link(all[next]);
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function change(field) {
  const button = current()?.querySelector(".row-change");
  wanted = field;
  button?.click();
}

const STEPS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => current()?.querySelector(".action-select")?.click(),
  e: () => change("owner"),
  m: () => change("due_on"),
  c: () => change("evidence"),
  o: () => current()?.querySelector(".line-title a")?.click(),
  "?": () => keys?.showModal(),
};
const ARROWS = { ArrowDown: "j", ArrowUp: "k" };

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.target.closest(".row-edit")?.querySelector(".row-cancel").click();
    return;
  }
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  // Arrows scroll the page until somebody is on a row.
  const key = current() && ARROWS[event.key] ? ARROWS[event.key] : event.key;
  if (Object.hasOwn(STEPS, key)) {
    event.preventDefault();
    STEPS[key]();
  }
});

// A form begins with what it was opened for, or with what was refused in it.
function enter(row) {
  const wrong = row.querySelector(".field-wrong input, .field-wrong select");
  if (wanted === "evidence") {
    row.querySelector("[name=status]").value = "done";
  }
  const field = wrong ?? row.querySelector(`[name="${wanted || "owner"}"]`);
  wanted = "";
  field?.focus();
}

document.addEventListener("htmx:load", (event) => {
  const row = event.detail.elt;
  if (row.matches(".row-edit")) {
    enter(row);
  } else if (row.matches(".item-row")) {
    link(row).focus();
    said.textContent = row.querySelector(".row-said")?.textContent ?? "";
  }
});

if (keys && help) {
  help.hidden = false;
  help.addEventListener("click", () => keys.showModal());
  document.getElementById("hide-keys").addEventListener("click", () => keys.close());
}
