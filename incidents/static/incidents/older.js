// Entries beyond those a newer timeline brings along: who has scrolled down to older
// ones, or has fetched them, keeps them.

const ENTRY = "[id^=event-]";

function same(timeline, entry) {
  return timeline.querySelector(`#${CSS.escape(entry.id)}`);
}

// A day that went on in what was fetched later stands in one list, under one heading.
export function joinDays(timeline) {
  const lists = [...timeline.querySelectorAll("ol[data-day]")];
  lists.reduce((above, list) => {
    if (above?.dataset.day !== list.dataset.day) {
      return list;
    }
    above.append(...list.children);
    list.previousElementSibling.remove();
    list.remove();
    return above;
  }, undefined);
}

// Carry over to `fresh` what the page shows below the last entry that both have.
export function keepOlder(shown, fresh) {
  const brought = [...fresh.querySelectorAll(ENTRY)];
  const last = brought.at(-1);
  const meeting = brought.findLast((entry) => same(shown, entry));
  if (!meeting) {
    return; // more news than a page holds: begin anew
  }
  const here = same(shown, meeting);
  const all = [...shown.querySelectorAll(ENTRY)];
  const below = all.slice(all.indexOf(here) + 1).filter((entry) => !same(fresh, entry));
  if (!below.length) {
    return;
  }
  const older = shown.querySelector(".older");
  fresh.querySelector(".older")?.remove();
  let list = last.parentElement;
  for (const entry of below) {
    const from = entry.parentElement;
    if (from.dataset.day !== list.dataset.day) {
      const heading = from.previousElementSibling.cloneNode(true);
      const next = from.cloneNode(false);
      list.after(heading, next);
      list = next;
    }
    list.append(entry.cloneNode(true));
  }
  if (older) {
    list.after(older.cloneNode(true));
  }
}
