// Entries beyond those a newer timeline brings along: who has scrolled down to older
// ones, or has fetched them, keeps them.

const ENTRY = "[id^=event-]";

function same(timeline, entry) {
  return timeline.querySelector(`#${CSS.escape(entry.id)}`);
}

// Carry over to `fresh` what the page shows below the last entry that both have.
export function keepOlder(shown, fresh) {
  const brought = [...fresh.querySelectorAll(ENTRY)];
  const last = brought.at(-1);
  const meeting = brought.findLast((entry) => same(shown, entry));
  if (!meeting) {
    return;
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
