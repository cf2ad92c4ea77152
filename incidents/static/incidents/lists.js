// Lists: the bar of bulk actions shows once a row is selected and says how many are;
// on a narrow screen the less used filters fold away, unless one of them is set.

const boxes = [...document.querySelectorAll("input.action-select")];
const all = document.getElementById("select-all");
const bar = document.querySelector(".bulk-actions");
const count = document.getElementById("bulk-count");
const words = count?.textContent;
const more = document.querySelector(".filter-more");

function show() {
  const chosen = boxes.filter((box) => box.checked).length;
  bar.hidden = chosen === 0;
  count.textContent = chosen ? `${words} ${chosen}` : words;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

if (bar && all) {
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    show();
  });
  boxes.forEach((box) => box.addEventListener("change", show));
  window.addEventListener("pageshow", show);
  show();
}

if (more && window.matchMedia("(max-width: 800px)").matches) {
  more.open = more.querySelector(".is-set, [aria-invalid]") !== null;
}
