// Ties the controls to the pictures.

let drawTowerOnly = () => {}, drawMapOnly = () => {};
const drawings = [];

function choose(part) {
  const turned = part.rat && part.rat !== chosen.rat;
  Object.assign(chosen, part);
  if (turned) resetMap();
  if (tower && !page.modes[chosen.rat].includes(chosen.mode)) chosen.mode = likeMode(chosen.mode);
  showChoice();
  drawings.forEach((draw) => draw());
}

// The figure of the other technology that stands in the same place, counted from the last.
function likeMode(mode) {
  const other = Object.values(page.modes).find((modes) => modes.includes(mode)) || [];
  const now = page.modes[chosen.rat], back = other.length - other.indexOf(mode);
  return now[Math.max(now.length - back, 0)] || now[0];
}

function showChoice() {
  document.querySelectorAll("[data-choose]").forEach((control) => {
    const own = chosen[control.dataset.choose];
    if (control.type === "radio") control.checked = control.value === String(own);
    else if (control.type === "range") {
      control.value = String(tower.floors.indexOf(own));
      control.setAttribute("aria-valuetext", say("floor", { floor: own }));
    } else fillModes(control);
  });
  if (!tower) return;
  document.getElementById("floor-said").textContent = say("floor", { floor: chosen.floor });
  showLegend();
  showReadout();
}

function fillModes(control) {
  control.replaceChildren(...page.modes[chosen.rat].map((mode) => new Option(page.words[mode], mode)));
  control.value = chosen.mode;
}

function element(name, text, className) {
  return Object.assign(document.createElement(name), { textContent: text, className: className || "" });
}

function swatch(colour, ink, text) {
  const box = element("span", text, "swatch");
  box.style.background = colour;
  box.style.color = ink;
  return box;
}

function showLegend() {
  const legend = document.getElementById("tower-legend");
  legend.replaceChildren(...(namesCell(chosen.mode) ? cellLegend() : scaleLegend()));
}

function cellLegend() {
  const used = new Set(page.states.flatMap((state) => table(chosen.rat, state)[chosen.mode]));
  return [...used].filter((cell) => cell >= 0).sort((a, b) => a - b).map((cell) => {
    const item = element("span", "", "item"), { code, name, colour, ink, wanted, unheard } = cells[cell];
    const note = unheard ? ` (${page.words.unheard})` : wanted ? " ★" : "";
    item.append(swatch(colour, ink, code), element("bdi", name), note);
    return item;
  });
}

function scaleLegend() {
  const steps = page.scales[chosen.mode];
  const text = (k) => (k === 0 ? `< ${number(steps[0], 0)}` : k === steps.length ? `≥ ${number(steps[k - 1], 0)}` : `${number(steps[k - 1], 0)} … ${number(steps[k], 0)}`);
  const items = page.colours.map((colour, k) => {
    const item = element("span", "", "item");
    item.append(swatch(colour, "", ""), text(k));
    return item;
  });
  return [element("b", page.words[chosen.mode]), ...items];
}

// The chosen floor in numbers: a row a side, every state's middle value.
function showReadout() {
  const body = document.getElementById("readout"), at = tower.floors.indexOf(chosen.floor);
  const head = element("tr", "");
  head.append(element("th", page.words.side), ...page.modes[chosen.rat].map((mode) => element("th", page.words[mode])));
  const rows = [...new Set(tower.sides)].map((side) => {
    const row = element("tr", "");
    row.append(element("th", say(`side_${side}`, {})));
    page.modes[chosen.rat].forEach((mode) => row.append(element("td", sideText(at, side, mode))));
    return row;
  });
  body.replaceChildren(head, ...rows);
}

function sideText(at, side, mode) {
  const places = tower.sides.flatMap((own, k) => (own === side ? [at * tower.panels.length + k] : []));
  const texts = page.states.map((state) => (namesCell(mode) ? usual : median)(table(chosen.rat, state)[mode], places));
  return texts.every((text) => text === texts[0]) ? texts[0] : texts.join(" → ");
}

function usual(values, places) {
  const counts = new Map();
  places.forEach((place) => counts.set(values[place], (counts.get(values[place]) || 0) + 1));
  const [[cell]] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return cell < 0 ? say("nobody", {}) : cells[cell].code;
}

function median(values, places) {
  const known = places.map((place) => values[place]).filter((value) => value !== null).sort((a, b) => a - b);
  return known.length ? number(known[Math.floor(known.length / 2)], 1) : "–";
}

function listenToControls() {
  document.querySelectorAll("[data-choose]").forEach((control) => {
    const name = control.dataset.choose;
    control.addEventListener("input", () => choose({ [name]: control.type === "range" ? tower.floors[control.value] : control.value }));
  });
  const actions = {
    "turn-left": () => turnBy(-0.3, 0), "turn-right": () => turnBy(0.3, 0), "tower-in": () => turnBy(0, 0, 1.25),
    "tower-out": () => turnBy(0, 0, 0.8), "floor-up": () => stepFloor(1), "floor-down": () => stepFloor(-1),
    "map-in": () => zoomMap(1.6), "map-out": () => zoomMap(1 / 1.6), "map-near": showNear,
    "map-all": () => { resetMap(); drawMapOnly(); },
  };
  document.querySelectorAll("[data-act]").forEach((button) => button.addEventListener("click", actions[button.dataset.act]));
}

function showNear() {
  fitMap([-NEAR_BY_M, -NEAR_BY_M, NEAR_BY_M, NEAR_BY_M]);
  drawMapOnly();
}

function start() {
  document.documentElement.classList.add("alive");
  const solid = document.getElementById("tower-view"), plain = document.getElementById("map-view");
  if (solid) drawings.push((drawTowerOnly = startTower(solid)));
  document.querySelectorAll("canvas.facade").forEach((canvas) => drawings.push(startFacade(canvas)));
  if (plain) drawings.push((drawMapOnly = startMap(plain)));
  startStrips();
  listenToControls();
  choose({});
  window.addEventListener("resize", () => choose({}));
  window.addEventListener("beforeprint", () => choose({}));
  document.fonts.ready.then(() => choose({}));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
  document.addEventListener("scroll", hideTip, { passive: true });
}

start();
