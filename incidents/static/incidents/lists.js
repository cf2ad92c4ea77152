// Lists: the bar of bulk actions shows once a row is selected and says how many are;
// on a narrow screen the less used filters fold away, unless one of them is set.

const all = document.getElementById("select-all");
const bar = document.querySelector(".bulk-actions");
const count = document.getElementById("bulk-count");
const words = count?.textContent;
const more = document.querySelector(".filter-more");
// Asked anew each time: rows may be exchanged while the page is open.
const boxes = () => [...document.querySelectorAll("input.action-select")];

function show() {
  const every = boxes();
  const chosen = every.filter((box) => box.checked).length;
  bar.hidden = chosen === 0;
  count.textContent = chosen ? `${words} ${chosen}` : words;
  all.checked = chosen > 0 && chosen === every.length;
  all.indeterminate = chosen > 0 && chosen < every.length;
}

if (bar && all) {
  document.addEventListener("change", (event) => {
    if (event.target === all) {
      boxes().forEach((box) => { box.checked = all.checked; });
    }
    if (event.target === all || event.target.matches(".action-select")) {
      show();
    }
  });
  document.addEventListener("htmx:load", show);
  window.addEventListener("pageshow", show);
  show();
}

if (more && window.matchMedia("(max-width: 800px)").matches) {
  more.open = more.querySelector(".is-set, [aria-invalid]") !== null;
}
