// The surroundings from above: outlines, masts with their lobes, and a line from each cell to the flat.

const chart = { zoom: 1, x: 0, y: 0, box: [0, 0, 0, 0] };
const LOBE = 44, RIM_M = 60, NEAR_BY_M = 260;

function startMap(canvas) {
  resetMap();
  listenToMap(canvas);
  return () => drawMap(canvas);
}

// Show everything: the flat and all cells of the technology.
function resetMap() {
  const heard = page.heard.filter((cell) => cell.rat === chosen.rat);
  const [xs, ys] = ["x_m", "y_m"].map((axis) => [0, ...heard.map((cell) => cell[axis])]);
  fitMap([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
}

function fitMap(box) {
  Object.assign(chart, { zoom: 1, x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, box });
}

// Pixels a metre.
function mapScale(width, height) {
  const [west, south, east, north] = chart.box;
  return chart.zoom * Math.min((width - 150) / (east - west + RIM_M), (height - 110) / (north - south + RIM_M));
}

function drawMap(canvas) {
  const { ink, width, height } = cleared(canvas);
  const scale = mapScale(width, height);
  const at = (x, y) => [width / 2 + (x - chart.x) * scale, height / 2 - (y - chart.y) * scale];
  drawRings(ink, at, scale, width, height);
  for (const block of page.buildings) {
    paint(ink, block.ring.map(([x, y]) => at(x, y)), block.home ? "#c3d9e8" : "#e3e6e9");
    outline(ink, block.home ? CHOSEN : "#a9afb6", block.home ? 1.6 : 0.7);
  }
  const heard = page.heard.filter((cell) => cell.rat === chosen.rat);
  const order = [...heard].sort((a, b) => (a.level_dbm ?? -999) - (b.level_dbm ?? -999));
  order.forEach((cell) => drawLink(ink, at, cell));
  order.forEach((cell) => drawSector(ink, at, cell));
  drawFlat(ink, at(0, 0));
  labelCells(ink, at, [...order].reverse(), width, height);
  drawBar(ink, scale, width, height);
}

function roundLength(metres) {
  const power = 10 ** Math.floor(Math.log10(metres));
  return [5, 2, 1].map((digit) => digit * power).find((length) => length <= metres);
}

function drawRings(ink, at, scale, width, height) {
  const step = roundLength(Math.min(width, height) / scale / 3), [x, y] = at(0, 0);
  for (let ring = 1; ring <= 12 && step * ring * scale < 2 * Math.max(width, height); ring += 1) {
    ink.beginPath();
    ink.arc(x, y, step * ring * scale, 0, 7);
    outline(ink, "#e6e9ec", 1);
    letter(ink, distanceText(step * ring), x, y - step * ring * scale, { size: 10, align: "center", colour: FAINT });
  }
}

// Stronger cells have broader lines.
function drawLink(ink, at, cell) {
  const strength = cell.level_dbm === null ? 0 : Math.max(0, Math.min(1, (cell.level_dbm + 110) / 50));
  ink.globalAlpha = 0.75;
  trace(ink, [at(cell.x_m, cell.y_m), at(0, 0)], true);
  outline(ink, cells[cell.cell].colour, 1 + 3.5 * strength);
  ink.globalAlpha = 1;
}

function drawSector(ink, at, cell) {
  const [x, y] = at(cell.x_m, cell.y_m), mark = cells[cell.cell];
  const lobe = cell.lobe.map((radius, k) => {
    const angle = (((cell.azimuth_deg || 0) + (k * 360) / cell.lobe.length) * Math.PI) / 180;
    const length = (cell.azimuth_deg === null ? 0.3 : radius) * LOBE;
    return [x + length * Math.sin(angle), y - length * Math.cos(angle)];
  });
  ink.globalAlpha = 0.5;
  paint(ink, lobe, mark.colour);
  ink.globalAlpha = 1;
  outline(ink, INK, 0.8);
  if (cell.azimuth_deg !== null) {
    const angle = (cell.azimuth_deg * Math.PI) / 180;
    trace(ink, [[x, y], [x + LOBE * Math.sin(angle), y - LOBE * Math.cos(angle)]], true);
    outline(ink, INK, 1.2);
  }
  ink.beginPath();
  ink.arc(x, y, 3, 0, 7);
  ink.fillStyle = INK;
  ink.fill();
}

function drawFlat(ink, [x, y]) {
  const star = Array.from({ length: 10 }, (_, k) => {
    const radius = k % 2 ? 4 : 9, angle = (k * Math.PI) / 5;
    return [x + radius * Math.sin(angle), y - radius * Math.cos(angle)];
  });
  paint(ink, star, "#fff");
  outline(ink, INK, 2);
}

// Code and distance beside each mast, at the edge for those out of sight; strong cells first, what finds no room is left out.
function labelCells(ink, at, order, width, height) {
  const half = 36, taken = [{ x: 110, y: 20, half: 110 }, { x: 110, y: 34, half: 110 }];
  for (const cell of order) {
    const [mx, my] = at(cell.x_m, cell.y_m);
    const x = within(mx, half + 4, width - half - 4), y = within(my, 12, height - 12);
    const gone = Math.hypot(mx - x, my - y) > 60;
    const around = gone ? [[0, 0], [0, -19], [0, 19], [0, 38], [-76, 0], [76, 0]] : [[0, -18], [0, 18], [62, 0], [-62, 0], [0, -36], [0, 36]];
    const spots = around.map(([dx, dy]) => ({ x: within(x + dx, half + 4, width - half - 4), y: within(y + dy, 12, height - 12), half }));
    const free = spots.find((spot) => !crowded(taken, spot));
    if (!free) continue;
    taken.push(free);
    chip(ink, cells[cell.cell], free.x, free.y, distanceText(cell.distance_m));
  }
}

function drawBar(ink, scale, width, height) {
  const length = roundLength(110 / scale), y = height - 16;
  trace(ink, [[14, y - 4], [14, y], [14 + length * scale, y], [14 + length * scale, y - 4]], true);
  outline(ink, "#fff", 4);
  trace(ink, [[14, y - 4], [14, y], [14 + length * scale, y], [14 + length * scale, y - 4]], true);
  outline(ink, INK, 1.5);
  letter(ink, distanceText(length), 18 + length * scale + 4, y - 2, { size: 11 });
  arrow(ink, [width - 22, 46], [width - 22, 16], "#40464d");
  letter(ink, page.words.north, width - 22, 56, { align: "center", weight: 700 });
}

function zoomMap(factor) {
  chart.zoom = Math.max(0.5, Math.min(60, chart.zoom * factor));
  drawMapOnly();
}

function moveMap(canvas, across, up) {
  const scale = mapScale(canvas.clientWidth, canvas.clientHeight);
  chart.x += across / scale;
  chart.y += up / scale;
  drawMapOnly();
}

const MOVES = { ArrowLeft: [-40, 0], ArrowRight: [40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };

function listenToMap(canvas) {
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") return;
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (from) {
      moveMap(canvas, from[0] - event.clientX, event.clientY - from[1]);
      from = [event.clientX, event.clientY];
      return;
    }
    const cell = cellAt(canvas, pointIn(canvas, event));
    if (cell) showTip(cellLines(cell), event.clientX, event.clientY);
    else hideTip();
  });
  canvas.addEventListener("pointerup", () => (from = null));
  canvas.addEventListener("pointercancel", () => (from = null));
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("keydown", (event) => {
    if (MOVES[event.key]) moveMap(canvas, ...MOVES[event.key]);
    else if (event.key === "+" || event.key === "=") zoomMap(1.4);
    else if (event.key === "-") zoomMap(1 / 1.4);
    else return;
    event.preventDefault();
  });
}

function cellAt(canvas, [px, py]) {
  const scale = mapScale(canvas.clientWidth, canvas.clientHeight);
  const off = (cell) => Math.hypot(
    canvas.clientWidth / 2 + (cell.x_m - chart.x) * scale - px, canvas.clientHeight / 2 - (cell.y_m - chart.y) * scale - py);
  const near = page.heard.filter((cell) => cell.rat === chosen.rat && off(cell) < 22);
  return near.sort((a, b) => off(a) - off(b))[0];
}

function cellLines(cell) {
  const mark = cells[cell.cell];
  const moved = cell.after_dbm !== cell.level_dbm ? ` → ${number(cell.after_dbm, 1)}` : "";
  return [`${mark.code} ${mark.name}`, say("cell", {
    distance: distanceText(cell.distance_m), azimuth: number(cell.azimuth_deg, 0), height: number(cell.height_m, 0),
    level: `${number(cell.level_dbm, 1)}${moved}`,
  })];
}
