// The header: "/" goes to the search box, the menu button opens the sidebar on a
// narrow screen, Escape and a press elsewhere close the person's menu.

const search = document.getElementById("site-search");
const toggle = document.getElementById("menu-toggle");
const userMenu = document.getElementById("user-menu");

function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "/" && plain && search && !isTyping(event.target)) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape" && userMenu?.open) {
    userMenu.open = false;
    userMenu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  if (userMenu?.open && !userMenu.contains(event.target)) {
    userMenu.open = false;
  }
});

toggle?.addEventListener("click", () => {
  const open = document.body.classList.toggle("menu-open");
  toggle.setAttribute("aria-expanded", String(open));
});
