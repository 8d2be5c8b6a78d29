// Timelines: what each change of cell says, by pointer or by keyboard.

function startStrips() {
  document.querySelectorAll("svg.line").forEach((strip) => {
    const marks = [...strip.querySelectorAll(".why")];
    marks.forEach(takeTitle);
    let at = -1;
    const go = (to) => {
      marks.forEach((mark) => mark.classList.remove("on"));
      at = Math.max(0, Math.min(to, marks.length - 1));
      const mark = marks[at], box = mark.getBoundingClientRect();
      mark.classList.add("on");
      showTip(linesOf(mark), box.left + box.width / 2, box.top);
      document.getElementById("said").textContent = linesOf(mark).join(" ");
    };
    strip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1 }[event.key];
      if (step === undefined || !marks.length) return;
      event.preventDefault();
      go(step);
    });
    strip.addEventListener("blur", () => {
      marks.forEach((mark) => mark.classList.remove("on"));
      at = -1;
      hideTip();
    });
    strip.addEventListener("pointermove", (event) => {
      const mark = event.target.closest(".why");
      if (mark) showTip(linesOf(mark), event.clientX, event.clientY);
      else hideTip();
    });
    strip.addEventListener("pointerleave", hideTip);
  });
}

// The browser's own bubble gives way to ours; what it said stays with the mark.
function takeTitle(mark) {
  const title = mark.querySelector("title");
  mark.lines = title.textContent.split("\n");
  title.remove();
}

function linesOf(mark) {
  return mark.lines;
}
