// Keeps what is typed while somebody writes a post-mortem, and shows it as it will print.

const form = document.getElementById("writing");
const status = document.getElementById("kept");
const IDLE = 2000;
const AGAIN = 10000;
const LONGEST = 65536;
const NEAR = 0.85 * LONGEST;
// What a browser still sends when the page is left.
const MOST_AT_PARTING = 60000;

const fields = [...document.querySelectorAll("textarea[form=writing]:not([name^=comment-])")];
const seenOf = (field) => form.elements[`seen-${field.name}`]?.value ?? "";
const plain = (text) => text.replace(/\r\n?/g, "\n");
// What the server has of each field: saved, or kept for this person.
const isUnknown = "unkept" in form.dataset;
const kept = new Map(fields.map((field) => [field, isUnknown ? seenOf(field) : field.value]));
let timer = 0;
let sending = null;
let isLeaving = false;

function isUnkept(field) {
  return plain(field.value) !== plain(kept.get(field));
}

function isTooLong(field) {
  return field.value.length * 3 > LONGEST && new Blob([plain(field.value)]).size > LONGEST;
}

function say(text, isAlarm = false) {
  if (status.textContent !== text) {
    status.textContent = text;
  }
  status.classList.toggle("kept-alarm", isAlarm);
}

function packed(some) {
  const body = new URLSearchParams();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const field of some) {
    body.set(field.name, field.value);
    body.set(`seen-${field.name}`, seenOf(field));
  }
  return body;
}

function keep() {
  clearTimeout(timer);
  const unkept = fields.filter(isUnkept);
  const some = unkept.filter((field) => !isTooLong(field));
  if (some.length < unkept.length) {
    say(form.dataset.toolong, true);
  }
  if (!sending && !isLeaving && some.length) {
    sending = send(some).finally(() => { sending = null; });
  }
}

async function send(some) {
  const sent = new Map(some.map((field) => [field, field.value]));
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body: packed(some),
      redirect: "manual",
      keepalive: [...sent.values()].join("").length < MOST_AT_PARTING / 4,
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      const isBack = await renew();
      say(isBack ? form.dataset.typing : form.dataset.out, !isBack);
      timer = setTimeout(keep, isBack ? 0 : AGAIN);
    } else if (answer.ok) {
      sent.forEach((value, field) => kept.set(field, value));
      say(`${form.dataset.kept} ${(await answer.json()).kept}`);
      if (fields.some(isUnkept)) {
        soon();
      }
    } else if (answer.status === 422) {
      say((await answer.json()).refused, true);
    } else {
      throw new Error(String(answer.status));
    }
  } catch {
    if (!isLeaving) {
      say(form.dataset.lost, true);
      timer = setTimeout(keep, AGAIN);
    }
  }
}

// Whoever logged in again in another window has a new token: this page takes it over.
async function renew() {
  const answer = await fetch(location.pathname, { redirect: "manual" });
  const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  const other = page.getElementById("writing");
  if (other?.dataset.person !== form.dataset.person) {
    return false;
  }
  const token = other.elements.csrfmiddlewaretoken.value;
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((each) => { each.value = token; });
  return true;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(keep, IDLE);
}

// Where the browser does not let a field grow with its text by itself.
const growsItself = CSS.supports("field-sizing", "content");

function grow(field) {
  if (!growsItself) {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }
}

function measure(field) {
  const size = field.parentElement.querySelector(".size");
  if (!size) {
    return;
  }
  const bytes = field.value.length * 3 < NEAR ? 0 : new Blob([plain(field.value)]).size;
  size.hidden = bytes < NEAR;
  const words = bytes > LONGEST ? form.dataset.over : form.dataset.long;
  const kib = (count) => (count / 1024).toFixed(1);
  size.textContent = words.replace("{size}", kib(bytes)).replace("{left}", kib(LONGEST - bytes));
  size.classList.toggle("late", bytes > LONGEST);
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (kept.has(field)) {
    grow(field);
    measure(field);
    say(form.dataset.typing);
    soon();
  }
});

document.addEventListener("change", (event) => {
  if (kept.has(event.target)) {
    keep();
  }
});

window.addEventListener("online", keep);

// In a line, Enter leads on: to the next line, and from the last to where new ones are typed.
document.addEventListener("keydown", (event) => {
  if (event.key === "s" && (event.ctrlKey || event.metaKey) && !event.altKey) {
    event.preventDefault();
    form.requestSubmit();
  }
  if (event.key === "Enter" && event.target.matches?.(".add-section input[type=text]")) {
    event.preventDefault();
    event.target.closest(".add-section").querySelector("button").click();
  }
  const line = event.target.closest?.(".finding-text textarea");
  const move = { ArrowUp: "move_up", ArrowDown: "move_down" }[event.key];
  if (line && move && event.altKey) {
    event.preventDefault();
    line.closest(".finding").querySelector(`[formaction*=${move}]`).click();
  }
  if (line && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const part = line.closest(".part");
    const lines = [...part.querySelectorAll(".finding-text textarea, .new-lines textarea")];
    lines[lines.indexOf(line) + 1]?.focus();
  }
});

form.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.previewOf;
  if (asked) {
    event.preventDefault();
    preview(event.submitter, form.elements[asked]);
    return;
  }
  const long = fields.find(isTooLong);
  if (long) {
    event.preventDefault();
    say(form.dataset.toolong, true);
    long.focus();
    return;
  }
  if (sending) {
    // What is on its way must not arrive behind what is saved.
    event.preventDefault();
    const { submitter } = event;
    const enough = new Promise((done) => { setTimeout(done, IDLE); });
    isLeaving = true;
    Promise.race([sending, enough]).then(() => {
      sending = null;
      form.requestSubmit(submitter?.form === form ? submitter : null);
    });
    return;
  }
  isLeaving = true;
  clearTimeout(timer);
  const focused = event.submitter?.closest(".finding")?.querySelector("textarea") ?? document.activeElement;
  sessionStorage.setItem("writing-place", `${location.pathname} ${scrollY} ${focused.id}`);
  for (const comment of comments()) {
    sessionStorage.setItem(`${location.pathname} ${comment.id}`, comment.value);
  }
  // What was not touched need not travel.
  for (const field of fields) {
    const seen = form.elements[`seen-${field.name}`];
    const isSame = plain(field.value) === plain(seen?.value ?? "") && !isUnkept(field);
    field.disabled = isSame;
    if (seen) {
      seen.disabled = isSame;
    }
  }
  setTimeout(() => fields.forEach(enable));
});

function enable(field) {
  field.disabled = false;
  const seen = form.elements[`seen-${field.name}`];
  if (seen) {
    seen.disabled = false;
  }
}

for (const discards of document.querySelectorAll("[data-discards]")) {
  discards.addEventListener("submit", () => {
    isLeaving = true;
    clearTimeout(timer);
  });
}

async function preview(button, field) {
  const paper = document.getElementById(button.getAttribute("aria-controls"));
  const text = field.parentElement;
  if (!paper.hidden) {
    turn(button, paper, text, false);
    field.focus();
    return;
  }
  const body = packed([]);
  body.set("section", button.value);
  body.set(field.name, field.value);
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST", body, redirect: "manual", headers: { "X-Fragment": "1" },
    });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    paper.innerHTML = await answer.text();
    turn(button, paper, text, true);
  } catch {
    say(form.dataset.lost, true);
  }
}

function turn(button, paper, text, isPaper) {
  paper.hidden = !isPaper;
  text.hidden = isPaper;
  button.setAttribute("aria-pressed", String(isPaper));
}

// Whoever leaves takes nothing with them: what is short goes along, of the rest the browser asks.
function part() {
  const some = fields.filter(isUnkept);
  const body = packed(some);
  if (!isLeaving && some.length && body.toString().length < MOST_AT_PARTING) {
    navigator.sendBeacon(form.dataset.draft, body);
    some.forEach((field) => kept.set(field, field.value));
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    keep();
  }
});
window.addEventListener("pagehide", part);
window.addEventListener("beforeunload", (event) => {
  const isInTrouble = status.classList.contains("kept-alarm");
  const tooMuch = () => packed(fields.filter(isUnkept)).toString().length >= MOST_AT_PARTING;
  if (!isLeaving && fields.some(isUnkept) && (isInTrouble || tooMuch())) {
    event.preventDefault();
  }
});

// A comment that is not made yet outlives the saving of the text.
function comments() {
  return document.querySelectorAll("textarea[form=writing][name^=comment-]");
}

for (const comment of comments()) {
  const name = `${location.pathname} ${comment.id}`;
  const typed = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  if (typed && !comment.value) {
    comment.value = typed;
    comment.closest("details").open = true;
  }
}

// After a step the page comes anew: at the place where it was left.
const [path, place, focused] = (sessionStorage.getItem("writing-place") ?? "").split(" ");
sessionStorage.removeItem("writing-place");
const wrong = document.querySelector(".part-wrong, .stored, .part .errorlist");
if (wrong) {
  wrong.scrollIntoView({ block: "center", behavior: "instant" });
} else if (path === location.pathname) {
  scrollTo({ top: Number(place), behavior: "instant" });
  document.getElementById(focused)?.focus({ preventScroll: true });
}
// What is said above the page is out of sight there: it is said in the bar as well.
const said = [...document.querySelectorAll(".messagelist li")];
if (said.length) {
  const isBad = said.some((each) => each.classList.contains("error"));
  say(said.map((each) => each.textContent.trim()).join(" "), isBad);
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});

if (isUnknown) {
  soon();
}
// On a narrow page the list of sections stands above them: it must not be in the way.
if (matchMedia("(max-width: 56rem)").matches) {
  document.querySelector(".contents details")?.removeAttribute("open");
}
fields.forEach(measure);
if (!growsItself) {
  fields.forEach(grow);
}
