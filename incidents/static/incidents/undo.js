// What can be taken back says how long, by the second, and goes when the time is over.

const SECOND = 1000;

function tick() {
  const form = document.getElementById("undo");
  if (!form) {
    return;
  }
  const seconds = Math.floor((Date.parse(form.dataset.until) - Date.now()) / SECOND);
  if (seconds < 0) {
    form.remove();
    return;
  }
  const left = form.querySelector(".undo-left");
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  left.textContent = left.dataset.left.replace("%s", clock);
}

tick();
setInterval(tick, SECOND);
