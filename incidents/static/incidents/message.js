// Copying a message; without it, or where the browser forbids it, the text is selected.

const form = document.querySelector(".message-form");

function offerCopies() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copies);
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
  } catch {
    // It stays selected, ready for the keys that copy.
  }
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) {
    copy(button);
  }
});

// The preview comes anew while somebody types: what was unfolded stays so.
let unfolded = [];

document.body.addEventListener("htmx:beforeSwap", () => {
  unfolded = [...document.querySelectorAll(".copies details[open] textarea")].map((each) => each.id);
});

document.body.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) {
    document.getElementById(id)?.closest("details").setAttribute("open", "");
  }
  offerCopies();
});

// What was typed is not lost to a link.
let isTouched = false;

form?.addEventListener("input", () => {
  isTouched = true;
});

form?.addEventListener("submit", () => {
  isTouched = false;
});

window.addEventListener("beforeunload", (event) => {
  if (isTouched) {
    event.preventDefault();
  }
});

offerCopies();
