// Keys of the incident page: a field with data-key is focused by that key. Whoever has
// just written an entry goes on writing.

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
