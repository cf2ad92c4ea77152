// Puts the browser's time zone where a form asks for one and nothing was sent yet.

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const select of document.querySelectorAll("select[data-guess-zone]")) {
  const form = select.closest("form");
  const known = [...select.options].some((option) => option.value === here);
  if (known && !form.querySelector(".errorlist")) {
    select.value = here;
  }
}
