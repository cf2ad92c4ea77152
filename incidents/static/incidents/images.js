// Images on the entry line: chosen, pasted or dropped. They are named beside the line, and
// one of them may stand for the text.

const form = document.getElementById("entry");
const input = form?.elements.images;

function show() {
  const files = [...input.files];
  form.classList.toggle("has-images", files.length > 0);
  form.elements.text.required = files.length === 0;
  form.querySelector(".names").textContent = files.map((file) => file.name).join(", ");
}

function add(files) {
  const images = [...files].filter((file) => file.type.startsWith("image/"));
  if (!images.length) {
    return false;
  }
  const all = new DataTransfer();
  for (const file of [...input.files, ...images]) {
    all.items.add(file);
  }
  input.files = all.files;
  show();
  return true;
}

if (input) {
  input.addEventListener("change", show);
  form.addEventListener("paste", (event) => {
    // What has a text beside its picture, such as cells, is pasted as text.
    const hasText = event.clipboardData.types.includes("text/plain");
    if (!hasText && add(event.clipboardData.files)) {
      event.preventDefault();
    }
  });
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      form.classList.add("is-over");
    }
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("is-over");
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      add(event.dataTransfer.files);
    }
  });
  form.querySelector(".no-images").addEventListener("click", () => {
    input.value = "";
    show();
    form.elements.text.focus();
  });
  show(); // the browser may have kept what was chosen before a reload
}
