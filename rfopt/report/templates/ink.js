// What every picture needs: the page's values, what the reader chose, colours, words, and a sharp canvas.

const page = JSON.parse(document.getElementById("page-values").textContent);
const cells = page.cells;
const tower = page.tower;
const INK = "#1a1a1a", FAINT = "#5f6670", CHOSEN = "#005a8e";

const chosen = {
  rat: page.rats[0] || "GSM",
  mode: "",
  state: page.states[page.states.length - 1],
  floor: tower ? startFloor() : 0,
};
chosen.mode = tower ? page.modes[chosen.rat][0] : "";

function startFloor() {
  return tower.floors.includes(tower.complaint) ? tower.complaint : tower.floors[tower.floors.length - 1];
}

// A sentence of the catalogue with its blanks filled.
function say(key, blanks) {
  return page.words[key].replace(/\{(\w+)\}/g, (_, name) => String(blanks[name]));
}

function number(value, places) {
  return value === null ? "–" : value.toFixed(places).replace("-", "−");
}

function namesCell(mode) {
  return mode === "idle" || mode === "server";
}

function classOf(steps, value) {
  return steps.filter((step) => value >= step).length;
}

// The figures of one technology and state: a list for each mode, a value a place.
function table(rat, state) {
  return tower.states[rat][state];
}

// The colour of a place, or null where nothing is known.
function colourOf(figures, mode, place) {
  const value = figures[mode][place];
  if (namesCell(mode)) return value < 0 ? null : cells[value].colour;
  return value === null ? null : page.colours[classOf(page.scales[mode], value)];
}

// A place's value in words.
function valueText(figures, mode, place) {
  const value = figures[mode][place];
  if (!namesCell(mode)) return number(value, 1);
  return value < 0 ? say("nobody", {}) : `${cells[value].code} ${cells[value].name}`;
}

function fontOf(pixels, weight) {
  return `${weight || 400} ${pixels}px ${getComputedStyle(document.body).fontFamily}`;
}

// Fit a canvas to its place on the page and clear it; its units are then pixels of the page.
function cleared(canvas) {
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ink = canvas.getContext("2d");
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  ink.clearRect(0, 0, width, height);
  return { ink, width, height };
}

function trace(ink, corners, open) {
  ink.beginPath();
  corners.forEach(([x, y], k) => (k ? ink.lineTo(x, y) : ink.moveTo(x, y)));
  if (!open) ink.closePath();
}

// Fill a shape; where nothing is known, with strokes.
function paint(ink, corners, colour) {
  trace(ink, corners);
  ink.fillStyle = colour || hatch(ink);
  ink.fill();
}

let hatched = null;
function hatch(ink) {
  if (hatched) return hatched;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = "#9a9a9a";
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(0, 8);
  pen.lineTo(8, 0);
  pen.stroke();
  hatched = ink.createPattern(tile, "repeat");
  return hatched;
}

// Text with a white rim, so that it reads on any ground.
function letter(ink, text, x, y, options) {
  const { size = 12, weight = 400, align = "left", colour = INK, rim = "#fff" } = options || {};
  ink.font = fontOf(size, weight);
  ink.textAlign = align;
  ink.textBaseline = "middle";
  ink.lineJoin = "round";
  ink.lineWidth = 3.5;
  ink.strokeStyle = rim;
  if (rim) ink.strokeText(text, x, y);
  ink.fillStyle = colour;
  ink.fillText(text, x, y);
}

// A cell's code on its colour, middle at (x, y); returns its box.
function chip(ink, cell, x, y, more) {
  const text = more ? `${cell.code} ${more}` : cell.code;
  ink.font = fontOf(11, 700);
  const width = ink.measureText(text).width + 8;
  ink.fillStyle = cell.colour;
  ink.strokeStyle = "#fff";
  ink.lineWidth = 2;
  ink.beginPath();
  ink.rect(x - width / 2, y - 8, width, 16);
  ink.stroke();
  ink.fill();
  letter(ink, text, x, y + 0.5, { size: 11, weight: 700, align: "center", colour: cell.ink, rim: "" });
  return { left: x - width / 2, right: x + width / 2, top: y - 9, bottom: y + 9 };
}

function within(value, low, high) {
  return Math.max(low, Math.min(value, high));
}

// Does a label with this middle and half width meet one that is there already?
function crowded(taken, spot) {
  return taken.some((other) => Math.abs(other.x - spot.x) < other.half + spot.half && Math.abs(other.y - spot.y) < 17);
}

function inside(point, corners) {
  let within = false;
  corners.forEach(([x, y], k) => {
    const [u, v] = corners[(k + corners.length - 1) % corners.length];
    if (y > point[1] !== v > point[1] && point[0] < ((u - x) * (point[1] - y)) / (v - y) + x) within = !within;
  });
  return within;
}

function pointIn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

// One small window with words beside the pointer or beside what has the focus.
const tip = document.getElementById("tip");
function showTip(lines, x, y) {
  tip.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
  tip.hidden = false;
  const width = tip.offsetWidth, height = tip.offsetHeight, edge = document.documentElement.clientWidth;
  const above = y - height - 14 > 0;
  tip.style.left = `${Math.max(6, Math.min(x - width / 2, edge - width - 6))}px`;
  tip.style.top = `${above ? y - height - 14 : y + 18}px`;
}

function hideTip() {
  tip.hidden = true;
}

// What is known of one place of the façade.
function placeLines(state, floorAt, panel) {
  const figures = table(chosen.rat, state), place = floorAt * tower.panels.length + panel;
  const side = say(`side_${tower.sides[panel]}`, {});
  const head = `${say("floor", { floor: tower.floors[floorAt] })} · ${side} · ${say(`state.${state}`, {})}`;
  return [head, ...page.modes[chosen.rat].map((mode) => say("figure", { what: page.words[mode], value: valueText(figures, mode, place) }))];
}
