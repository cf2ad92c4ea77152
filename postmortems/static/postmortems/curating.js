// Marks many entries at once: by Shift and click, by drawing over the times, by keys.

const list = document.getElementById("curating");
const counter = document.getElementById("marked");
const rows = [...list.querySelectorAll("tr[id^=entry-]")];
// Of what is published only the marks for customers are there.
const main = list.querySelector("input[name=in]") ? "in" : "public";
const box = (row, name) => row.querySelector(`input[name=${name}]`);
const elsewhere = Number(counter.textContent) - rows.filter((row) => box(row, main).checked).length;
let anchor = null;
let isTouched = false;

function show() {
  for (const row of rows) {
    row.classList.toggle("is-out", main === "in" && !box(row, main).checked);
  }
  counter.textContent = elsewhere + rows.filter((row) => box(row, main).checked).length;
}

function mark(row, name, isOn) {
  box(row, name).checked = isOn;
  isTouched = true;
  // Customers read nothing that is not in the document.
  if (name === "public" && isOn) {
    box(row, main).checked = true;
  }
}

function between(one, other) {
  const [from, to] = [rows.indexOf(one), rows.indexOf(other)].sort((a, b) => a - b);
  return rows.slice(from, to + 1);
}

list.addEventListener("click", (event) => {
  const tick = event.target.closest("input[type=checkbox]");
  if (tick) {
    const row = tick.closest("tr");
    const range = event.shiftKey && anchor ? between(anchor, row) : [row];
    range.forEach((each) => mark(each, tick.name, tick.checked));
    anchor = row;
    show();
  }
  const all = event.target.closest("[data-marks]");
  if (all) {
    rows.forEach((row) => mark(row, main, all.dataset.marks === "all"));
    show();
  }
  const link = event.target.closest("a.reword");
  if (link) {
    event.preventDefault();
    reword(link);
  }
});

list.addEventListener("keydown", (event) => {
  const tick = event.target.closest?.("input[type=checkbox]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!tick || !step) {
    return;
  }
  event.preventDefault();
  const row = tick.closest("tr");
  const next = rows[rows.indexOf(row) + step];
  if (next) {
    if (event.shiftKey) {
      mark(next, tick.name, tick.checked);
      show();
    }
    anchor = next;
    box(next, tick.name).focus();
  }
});

// Drawing over the times gives each row what the first one gets.
let drawn = null;

list.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest("td.at");
  if (cell && event.button === 0 && event.pointerType !== "touch") {
    event.preventDefault();
    const row = cell.closest("tr");
    drawn = { from: row, isOn: !box(row, main).checked, was: rows.map((each) => box(each, main).checked) };
    draw(row);
  }
});

list.addEventListener("pointerover", (event) => {
  const row = drawn && event.target.closest("tr[id^=entry-]");
  if (row) {
    draw(row);
  }
});

window.addEventListener("pointerup", () => {
  drawn = null;
});

function draw(row) {
  rows.forEach((each, place) => { box(each, main).checked = drawn.was[place]; });
  between(drawn.from, row).forEach((each) => mark(each, main, drawn.isOn));
  anchor = row;
  show();
}

function reword(link) {
  const row = link.closest("tr");
  const key = row.id.slice("entry-".length);
  const made = document.getElementById("reword").content.cloneNode(true);
  const [field, was] = [made.querySelector("textarea"), made.querySelector("input")];
  const says = row.querySelector(".words").textContent;
  Object.assign(field, { name: `words-${key}`, value: says });
  Object.assign(was, { name: `was-${key}`, value: says });
  row.querySelector(".says").append(made);
  link.remove();
  row.querySelector("textarea").focus();
}

list.addEventListener("input", () => { isTouched = true; });
list.addEventListener("submit", () => { isTouched = false; });
window.addEventListener("beforeunload", (event) => {
  if (isTouched) {
    event.preventDefault();
  }
});

show();
