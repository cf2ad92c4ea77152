// Turns a part of the page into its newer self without replacing it: what stays the
// same stays where it is, with its focus, selection, scroll and whatever is unfolded.
// A form or field somebody is busy with is left alone, with all that was typed.

const FIELDS = "input:not([type=hidden], [type=submit], [type=button]), textarea, select";
// What a person or a script decides after the page was made.
const THEIRS = new Set(["open", "tabindex", "style"]);
// A page of forms is told apart by what each would send, but for these.
const CHANGING = new Set(["csrfmiddlewaretoken", "seen"]);

function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) {
    return field.checked !== field.defaultChecked;
  }
  if (field.matches("select")) {
    const chosen = [...field.options].filter((each) => each.defaultSelected);
    const first = field.multiple ? [] : [field.options[0]];
    const given = chosen.length ? chosen : first;
    return [...field.options].some((each) => each.selected !== given.includes(each));
  }
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}

function isBusyField(field) {
  return field === document.activeElement || isChanged(field);
}

// A form is one unit: its hidden fields say what was seen when the typing began.
function isBusy(element) {
  if (element.matches(FIELDS)) {
    return isBusyField(element);
  }
  return element.matches("form") && [...element.elements].some(
    (each) => each.matches(FIELDS) && isBusyField(each));
}

function holdsBusy(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    return false;
  }
  return isBusy(node) || [...node.querySelectorAll(FIELDS)].some(isBusyField);
}

function nameOf(element) {
  // Not `element.id`: a form may hold a field of that name.
  if (element.getAttribute("id")) {
    return element.getAttribute("id");
  }
  if (element.dataset.day) {
    return element.dataset.day;
  }
  if (element.matches("form")) {
    const hidden = [...element.querySelectorAll("input[type=hidden]")];
    const sent = hidden.filter((each) => !CHANGING.has(each.name));
    const words = sent.map((each) => `${each.name}=${each.defaultValue}`);
    return [element.getAttribute("action"), ...words].join("&");
  }
  if (element.matches("a")) {
    return element.getAttribute("href");
  }
  if (element.matches("li, tr, dd, details, section")) {
    const first = element.querySelector("[id], a[href], form");
    return first ? nameOf(first) : "";
  }
  return "";
}

// Name the children so that each is found again; the same name twice is numbered.
function named(nodes) {
  const counts = new Map();
  return nodes.map((node) => {
    const isElement = node.nodeType === Node.ELEMENT_NODE;
    const name = isElement ? nameOf(node) : "";
    const kind = name ? `${node.nodeName} ${name}` : "";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return kind && `${kind} ${counts.get(kind)}`;
  });
}

// For each wanted node, the one that is there: by its name, else the next alike.
function pair(there, wanted) {
  const names = named(there);
  const byName = new Map(names.map((name, index) => [name, there[index]]));
  const nameless = there.filter((_, index) => !names[index]);
  return named(wanted).map((name, index) => {
    if (name) {
      return byName.get(name);
    }
    const alike = nameless.findIndex((node) => node.nodeName === wanted[index].nodeName);
    return alike < 0 ? undefined : nameless.splice(0, alike + 1).at(-1);
  });
}

function copyAttributes(element, fresh) {
  for (const { name } of [...element.attributes]) {
    if (!fresh.hasAttribute(name) && !THEIRS.has(name)) {
      element.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    if (!THEIRS.has(name) && element.getAttribute(name) !== value) {
      element.setAttribute(name, value);
    }
  }
}

function copyField(field, fresh) {
  if (field.matches("[type=checkbox], [type=radio]")) {
    field.checked = fresh.checked;
  } else if (field.matches("select")) {
    [...field.options].forEach((each, index) => {
      each.selected = fresh.options[index].selected;
    });
  } else if (field.matches("input:not([type=file]), textarea")) {
    field.value = fresh.value;
  }
}

export class Morph {
  // `isHeld`: whether something busy was left as it was, so that it must be done again.
  constructor() {
    this.isHeld = false;
  }

  turn(node, fresh) {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.data !== fresh.data) {
        node.data = fresh.data;
      }
      return;
    }
    if (isBusy(node)) {
      this.isHeld ||= !node.isEqualNode(fresh);
      return;
    }
    copyAttributes(node, fresh);
    this.turnChildren(node, fresh);
    copyField(node, fresh);
  }

  turnChildren(parent, fresh) {
    const wanted = [...fresh.childNodes];
    const found = pair([...parent.childNodes], wanted);
    const kept = new Set(found);
    for (const node of [...parent.childNodes]) {
      if (!kept.has(node)) {
        this.drop(node);
      }
    }
    let next = parent.firstChild;
    wanted.forEach((want, index) => {
      const node = found[index] ?? document.importNode(want, true);
      if (found[index]) {
        this.turn(node, want);
      }
      if (node === next) {
        next = next.nextSibling;
      } else {
        parent.insertBefore(node, next);
      }
    });
  }

  drop(node) {
    if (holdsBusy(node)) {
      this.isHeld = true;
    } else {
      node.remove();
    }
  }
}
