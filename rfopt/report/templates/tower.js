// The tower and the buildings around it, drawn on a plain canvas: far buildings first, walls that face the reader only.

const REACH_M = 260, MOST_DRAWN = 70, ARROWS = 6, LIFTS = [0.08, 1.45];
const camera = { turn: -0.62, lift: 0.42, zoom: 1 };

function startTower(canvas) {
  const blocks = page.buildings.filter((block) => block.home || Math.hypot(...middle(block.ring)) < REACH_M);
  const scene = { canvas, blocks: blocks.slice(0, MOST_DRAWN), drawn: [] };
  scene.centre = middle(tower.panels.map((wall) => [(wall[0] + wall[2]) / 2, (wall[1] + wall[3]) / 2]));
  scene.height = tower.highest * tower.floor_m;
  scene.between = separations(scene.blocks);
  scene.blocks.forEach((block) => (block.panels = block.home ? panelsOf(block) : []));
  listenToTower(scene);
  return () => drawTower(scene);
}

function middle(corners) {
  return [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length);
}

// Numbers of the tower's panels that lie on a block's outline: a building may have several parts.
function panelsOf(block) {
  const near = (wall) => edges(block.ring).some(([a, b]) => offLine(a, b, (wall[0] + wall[2]) / 2, (wall[1] + wall[3]) / 2));
  return tower.panels.map((_, k) => k).filter((k) => near(tower.panels[k]));
}

function edges(ring) {
  return ring.map((corner, k) => [corner, ring[(k + 1) % ring.length]]);
}

function offLine([ax, ay], [bx, by], x, y) {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length;
  const off = Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length;
  return off < 0.5 && along > -0.5 && along < length + 0.5;
}

// For every pair of blocks the direction from the first to the second across an edge that parts them.
function separations(blocks) {
  return blocks.map((a, i) => blocks.map((b, j) => (j > i ? parting(a, b) : null)));
}

function parting(a, b) {
  const forth = acrossEdge(a.ring, b.ring), back = forth ? null : acrossEdge(b.ring, a.ring);
  if (forth) return forth;
  if (back) return back.map((value) => -value);
  const [from, to] = [middle(a.ring), middle(b.ring)];
  return [to[0] - from[0], to[1] - from[1]];
}

function acrossEdge(ring, other) {
  for (const [[ax, ay], [bx, by]] of edges(ring)) {
    const normal = [by - ay, ax - bx], length = Math.hypot(...normal) || 1;
    if (other.every(([x, y]) => ((x - ax) * normal[0] + (y - ay) * normal[1]) / length > -0.3)) return normal;
  }
  return null;
}

// From metres to the canvas, looked at from afar: parallel lines stay parallel.
function projection(scene, width, height) {
  const sin = Math.sin(camera.turn), cos = Math.cos(camera.turn);
  const rise = Math.cos(camera.lift), lie = Math.sin(camera.lift);
  const scale = camera.zoom * Math.min(width / 190, height / (scene.height * rise + 70 * lie + 24));
  const floor = height / 2 + (scale * scene.height * rise) / 2 + 8;
  const project = (x, y, z) => {
    const east = x - scene.centre[0], north = y - scene.centre[1];
    return [width / 2 + scale * (east * cos - north * sin), floor - scale * (z * rise + (east * sin + north * cos) * lie)];
  };
  return { project, scale, depth: (x, y) => x * sin + y * cos, toReader: [-sin, -cos] };
}

function faces([ax, ay], [bx, by], toReader) {
  return (by - ay) * toReader[0] + (ax - bx) * toReader[1] > 0;
}

function drawTower(scene) {
  const { ink, width, height } = cleared(scene.canvas);
  const view = projection(scene, width, height);
  scene.drawn = [];
  drawGround(ink, view, scene);
  farFirst(scene, view).forEach((block) => (block.home ? drawHome(ink, view, scene, block) : drawBlock(ink, view, block)));
  ringFloor(ink, view, scene, tower.floors.indexOf(chosen.floor), CHOSEN, [5, 3]);
  ringFloor(ink, view, scene, tower.floors.indexOf(tower.complaint), INK, []);
  floorTicks(ink, scene);
  drawArrows(ink, view, scene, width, height, floorLabels(ink, scene, width));
  drawCompass(ink, view, width, height);
}

function drawGround(ink, view, scene) {
  ink.strokeStyle = "#e4e7ea";
  ink.lineWidth = 1;
  for (let radius = 50; radius <= 250; radius += 50) {
    const round = Array.from({ length: 60 }, (_, k) => {
      const angle = (k * Math.PI) / 30;
      return view.project(scene.centre[0] + radius * Math.sin(angle), scene.centre[1] + radius * Math.cos(angle), 0);
    });
    trace(ink, round);
    ink.stroke();
  }
}

// Blocks so ordered that each hides only what was drawn before it.
function farFirst(scene, view) {
  const spans = scene.blocks.map((block) => {
    const across = block.ring.map(([x, y]) => view.project(x, y, 0)[0]);
    return [Math.min(...across), Math.max(...across)];
  });
  const behind = (i, j) => {
    if (spans[i][1] < spans[j][0] || spans[j][1] < spans[i][0]) return false;
    const way = i < j ? scene.between[i][j] : scene.between[j][i].map((value) => -value);
    return way[0] * view.toReader[0] + way[1] * view.toReader[1] > 0;
  };
  const done = new Set(), ordered = [];
  const visit = (j) => {
    if (done.has(j)) return;
    done.add(j);
    scene.blocks.forEach((_, i) => i !== j && behind(i, j) && visit(i));
    ordered.push(scene.blocks[j]);
  };
  scene.blocks.forEach((_, j) => visit(j));
  return ordered;
}

function drawBlock(ink, view, block) {
  const top = block.base + block.height;
  for (const [a, b] of edges(block.ring).filter(([a, b]) => faces(a, b, view.toReader))) {
    const turn = Math.atan2(b[1] - a[1], b[0] - a[0]) + camera.turn;
    const grey = Math.round(206 + 22 * Math.cos(turn));
    paint(ink, upright(view, a, b, block.base, top), `rgb(${grey},${grey + 2},${grey + 5})`);
    outline(ink, "#b3b8be", 0.7);
  }
  paint(ink, block.ring.map(([x, y]) => view.project(x, y, top)), "#eef0f2");
  outline(ink, "#b3b8be", 0.7);
}

function upright(view, [ax, ay], [bx, by], low, high) {
  return [view.project(ax, ay, low), view.project(bx, by, low), view.project(bx, by, high), view.project(ax, ay, high)];
}

function outline(ink, colour, width) {
  ink.strokeStyle = colour;
  ink.lineWidth = width;
  ink.stroke();
}

function wallOf(panel) {
  const [ax, ay, bx, by] = tower.panels[panel];
  return [[ax, ay], [bx, by]];
}

function floorSpan(scene, at) {
  const next = at + 1 < tower.floors.length ? tower.floors[at + 1] : tower.highest + 1;
  return [(tower.floors[at] - 1) * tower.floor_m, (next - 1) * tower.floor_m];
}

function drawHome(ink, view, scene, block) {
  const figures = table(chosen.rat, chosen.state);
  const seen = block.panels.filter((panel) => faces(...wallOf(panel), view.toReader));
  const depth = (panel) => view.depth(...middle(wallOf(panel)));
  seen.sort((a, b) => depth(b) - depth(a));
  for (const panel of seen) {
    tower.floors.forEach((_, at) => {
      const [low, high] = floorSpan(scene, at);
      const corners = upright(view, ...wallOf(panel), block.base + low, block.base + high);
      paint(ink, corners, colourOf(figures, chosen.mode, at * tower.panels.length + panel));
      outline(ink, "#ffffffb0", 0.6);
      scene.drawn.push({ corners, at, panel });
    });
  }
  paint(ink, block.ring.map(([x, y]) => view.project(x, y, block.base + block.height)), "#d5d9de");
  outline(ink, "#7b838c", 1);
  for (const [a, b] of edges(block.ring).filter(([a, b]) => faces(a, b, view.toReader))) {
    trace(ink, upright(view, a, b, block.base, block.base + block.height));
    outline(ink, "#40464d", 0.9);
  }
}

function ringFloor(ink, view, scene, at, colour, dashes) {
  if (at < 0) return;
  const here = scene.drawn.filter((face) => face.at === at);
  for (const [line, width, dash] of [["#fff", 4.5, []], [colour, 2.2, dashes]]) {
    ink.setLineDash(dash);
    here.forEach(({ corners }) => {
      [[0, 1], [3, 2]].forEach(([a, b]) => {
        trace(ink, [corners[a], corners[b]], true);
        outline(ink, line, width);
      });
    });
  }
  ink.setLineDash([]);
}

// The two floors by name, right of the tower; they give way to each other. Returns the room they take.
function floorLabels(ink, scene, width) {
  const places = [[tower.complaint, say("complaint", { floor: tower.complaint }), INK]];
  if (chosen.floor !== tower.complaint) places.push([chosen.floor, say("floor", { floor: chosen.floor }), CHOSEN]);
  const taken = [];
  let last = null;
  for (const [floor, text, colour] of places) {
    const corners = scene.drawn.filter((face) => tower.floors[face.at] === floor).flatMap((face) => face.corners);
    if (!corners.length) continue;
    const [x, y] = corners.reduce((best, corner) => (corner[0] > best[0] ? corner : best));
    const lower = last !== null && Math.abs(y - last) < 18 ? last + (y >= last ? 18 : -18) : y;
    const wide = textWidth(ink, text), room = Math.min(x + 22, width - 8 - wide);
    trace(ink, [[x + 2, y], [room - 4, lower]], true);
    outline(ink, colour, 1.5);
    letter(ink, text, room, lower, { size: 12.5, weight: 700, colour });
    last = lower;
    taken.push({ x: room + wide / 2, y: lower, half: wide / 2 });
  }
  return taken;
}

// Every fifth or tenth floor by number, along the left edge of what is seen.
function floorTicks(ink, scene) {
  const every = tower.floors.length > 24 ? 10 : 5;
  const left = scene.drawn.reduce((best, face) => {
    const x = Math.min(...face.corners.map((corner) => corner[0]));
    return !best || x < best.x - 0.5 ? { x, panel: face.panel } : best;
  }, null);
  scene.drawn.filter((face) => left && face.panel === left.panel && tower.floors[face.at] % every === 0).forEach(({ corners, at }) => {
    const [x, y] = corners.reduce((best, corner) => (corner[0] < best[0] ? corner : best));
    letter(ink, `${tower.floors[at]}F`, x - 5, y, { size: 11, align: "right", colour: FAINT });
  });
}

function textWidth(ink, text) {
  ink.font = fontOf(12.5, 700);
  return ink.measureText(text).width;
}

// Where the strongest cells come from, at the height of the complaint.
function drawArrows(ink, view, scene, width, height, taken) {
  const at = Math.max(tower.floors.indexOf(tower.complaint), 0);
  const z = (tower.floors[at] - 0.5) * tower.floor_m, half = 34;
  const near = page.heard.filter((cell) => cell.rat === chosen.rat && cell.distance_m > 30 && cell.level_dbm !== null);
  near.sort((a, b) => b.level_dbm - a.level_dbm);
  const chips = near.slice(0, ARROWS).map((cell) => {
    const point = (radius) => view.project(
      scene.centre[0] + (radius * cell.x_m) / cell.distance_m, scene.centre[1] + (radius * cell.y_m) / cell.distance_m, z);
    const [tail, head] = [point(82), point(40)];
    arrow(ink, tail, head, cells[cell.cell].colour);
    const spot = { x: within(tail[0], half, width - half), y: within(tail[1], 12, height - 12), half };
    while (spot.y > 12 && crowded(taken, spot)) spot.y -= 6;
    taken.push(spot);
    return () => chip(ink, cells[cell.cell], spot.x, spot.y, distanceText(cell.distance_m));
  });
  chips.forEach((draw) => draw());
}

function distanceText(metres) {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}

function arrow(ink, from, to, colour) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const wing = (turn) => [to[0] - 11 * Math.cos(angle + turn), to[1] - 11 * Math.sin(angle + turn)];
  const base = [to[0] - 9 * Math.cos(angle), to[1] - 9 * Math.sin(angle)];
  for (const [line, width] of [["#fff", 5], [colour, 2.5]]) {
    trace(ink, [from, base], true);
    outline(ink, line, width);
  }
  paint(ink, [to, wing(0.45), wing(-0.45)], colour);
  outline(ink, "#fff", 0.8);
}

function drawCompass(ink, view, width, height) {
  const [x, y] = [width - 30, height - 34];
  const [ox, oy] = view.project(0, 0, 0), [nx, ny] = view.project(0, 100, 0);
  const length = Math.hypot(nx - ox, ny - oy) || 1, way = [(nx - ox) / length, (ny - oy) / length];
  arrow(ink, [x - 14 * way[0], y - 14 * way[1]], [x + 14 * way[0], y + 14 * way[1]], "#40464d");
  letter(ink, page.words.north, x + 24 * way[0], y + 24 * way[1], { align: "center", weight: 700 });
}

function faceAt(scene, point) {
  return scene.drawn.findLast((face) => inside(point, face.corners));
}

function turnBy(across, up, zoom) {
  camera.turn += across;
  camera.lift = Math.max(LIFTS[0], Math.min(LIFTS[1], camera.lift + up));
  camera.zoom = Math.max(0.6, Math.min(3, camera.zoom * (zoom || 1)));
  drawTowerOnly();
}

const TURNS = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], "+": [0, 0, 1.15], "=": [0, 0, 1.15], "-": [0, 0, 1 / 1.15] };

function listenToTower(scene) {
  const canvas = scene.canvas;
  let from = null, travelled = 0;
  canvas.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    travelled = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (from) {
      const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
      travelled += Math.abs(dx) + Math.abs(dy);
      from = [event.clientX, event.clientY];
      hideTip();
      turnBy(-dx * 0.009, event.pointerType === "mouse" ? dy * 0.007 : 0);
      return;
    }
    const face = faceAt(scene, pointIn(canvas, event));
    if (face) showTip(placeLines(chosen.state, face.at, face.panel), event.clientX, event.clientY);
    else hideTip();
  });
  canvas.addEventListener("pointerup", (event) => {
    const face = travelled < 6 ? faceAt(scene, pointIn(canvas, event)) : null;
    from = null;
    if (face) choose({ floor: tower.floors[face.at] });
  });
  canvas.addEventListener("pointercancel", () => (from = null));
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("keydown", (event) => {
    if (TURNS[event.key]) turnBy(...TURNS[event.key]);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") stepFloor(event.key === "ArrowUp" ? 1 : -1);
    else return;
    event.preventDefault();
  });
}

function stepFloor(step) {
  const at = tower.floors.indexOf(chosen.floor) + step;
  if (tower.floors[at]) choose({ floor: tower.floors[at] });
}
