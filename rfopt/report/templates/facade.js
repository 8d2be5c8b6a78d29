// The façade laid out flat: a row a floor, the sides side by side. One canvas a state of the network.

const LEFT = 34, TOP = 20, BETWEEN = 10, FOOT = 6;

function startFacade(canvas) {
  const state = canvas.dataset.state;
  const cursor = { at: Math.max(tower.floors.indexOf(chosen.floor), 0), panel: 0, on: false };
  listenToFacade(canvas, state, cursor);
  return () => drawFacade(canvas, state, cursor);
}

// Left edge and width of every panel, floors' height: where things stand on the canvas.
function facadePlan(width, height) {
  const changes = tower.sides.filter((side, k) => k && side !== tower.sides[k - 1]).length;
  const panel = (width - LEFT - BETWEEN * changes - 2) / tower.panels.length;
  const row = (height - TOP - FOOT) / tower.floors.length;
  let x = LEFT;
  const left = tower.sides.map((side, k) => {
    if (k) x += panel + (side === tower.sides[k - 1] ? 0 : BETWEEN);
    return x;
  });
  return { left, panel, row, top: (at) => TOP + (tower.floors.length - 1 - at) * row };
}

function drawFacade(canvas, state, cursor) {
  const { ink, width, height } = cleared(canvas);
  const plan = facadePlan(width, height), figures = table(chosen.rat, state);
  tower.floors.forEach((_, at) => {
    plan.left.forEach((x, panel) => {
      const y = plan.top(at);
      ink.fillStyle = colourOf(figures, chosen.mode, at * tower.panels.length + panel) || hatch(ink);
      ink.fillRect(x, y, plan.panel - 0.6, plan.row - 0.6);
    });
  });
  if (namesCell(chosen.mode)) areaCodes(ink, plan, figures[chosen.mode]);
  facadeAxes(ink, plan);
  markRow(ink, plan, tower.floors.indexOf(chosen.floor), CHOSEN, [4, 3]);
  markRow(ink, plan, tower.floors.indexOf(tower.complaint), INK, []);
  roomDots(ink, plan);
  if (cursor.on) {
    ink.strokeStyle = CHOSEN;
    ink.lineWidth = 3;
    ink.strokeRect(plan.left[cursor.panel], plan.top(cursor.at), plan.panel, plan.row);
  }
}

function facadeAxes(ink, plan) {
  const complaint = tower.floors.indexOf(tower.complaint);
  const every = [1, 2, 5, 10, 20, 50].find((step) => plan.row * step >= 15) || 100;
  tower.floors.forEach((floor, at) => {
    const own = floor === tower.complaint;
    if (floor % every && !own) return;
    if (!own && complaint >= 0 && Math.abs(at - complaint) * plan.row < 12) return;
    const y = plan.top(at) + plan.row / 2;
    letter(ink, `${floor}F`, LEFT - 6, y, { size: 11, align: "right", weight: own ? 700 : 400, rim: "" });
  });
  tower.sides.forEach((side, k) => {
    if (k && side === tower.sides[k - 1]) return;
    const count = tower.sides.filter((other) => other === side).length;
    const name = say(`side_${side}`, {});
    ink.font = fontOf(12, 600);
    const text = ink.measureText(name).width < count * plan.panel + BETWEEN ? name : name.slice(0, 1).toUpperCase();
    letter(ink, text, plan.left[k] + (count * plan.panel) / 2, 9, { align: "center", weight: 600, rim: "" });
  });
}

function markRow(ink, plan, at, colour, dashes) {
  if (at < 0) return;
  const right = plan.left[plan.left.length - 1] + plan.panel;
  ink.setLineDash(dashes);
  ink.strokeStyle = colour;
  ink.lineWidth = 2;
  ink.strokeRect(LEFT - 1.5, plan.top(at) - 1, right - LEFT + 2, plan.row + 1.4);
  ink.setLineDash([]);
}

// Where the log was taken, on the panel nearest to each room.
function roomDots(ink, plan) {
  const at = tower.floors.indexOf(tower.complaint);
  if (at < 0) return;
  const nearest = (room) => {
    const off = tower.panels.map(([ax, ay, bx, by]) => Math.hypot((ax + bx) / 2 - room[0], (ay + by) / 2 - room[1]));
    return off.indexOf(Math.min(...off));
  };
  for (const panel of new Set(page.rooms.filter((room) => room[0] !== null).map(nearest))) {
    ink.beginPath();
    ink.arc(plan.left[panel] + plan.panel / 2, plan.top(at) + plan.row / 2, Math.min(3.5, plan.row / 2.4), 0, 7);
    ink.fillStyle = INK;
    ink.fill();
    outline(ink, "#fff", 1.5);
  }
}

// The code of every cell once in each area of one side that it holds.
function areaCodes(ink, plan, values) {
  const width = tower.panels.length, seen = new Set();
  values.forEach((cell, start) => {
    if (cell < 0 || seen.has(start)) return;
    const area = [start];
    seen.add(start);
    for (const place of area) {
      for (const next of besides(place, width)) {
        if (values[next] === cell && !seen.has(next)) {
          seen.add(next);
          area.push(next);
        }
      }
    }
    const code = cells[cell].code;
    if (area.length * plan.panel * plan.row < 420) return;
    const x = area.map((place) => plan.left[place % width] + plan.panel / 2);
    const y = area.map((place) => plan.top(Math.floor(place / width)) + plan.row / 2);
    const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const [mx, my] = [mean(x), mean(y)];
    const off = area.map((_, k) => Math.hypot(x[k] - mx, y[k] - my)), best = off.indexOf(Math.min(...off));
    const row = Math.floor(area[best] / width), beside = area.filter((place) => Math.floor(place / width) === row);
    if (beside.length * plan.panel < 17) return;
    letter(ink, code, x[best], y[best], { size: 11, weight: 700, align: "center", colour: cells[cell].ink, rim: "" });
  });
}

function besides(place, width) {
  const panel = place % width, around = [place - width, place + width];
  if (panel && tower.sides[panel - 1] === tower.sides[panel]) around.push(place - 1);
  if (panel + 1 < width && tower.sides[panel + 1] === tower.sides[panel]) around.push(place + 1);
  return around;
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };

function listenToFacade(canvas, state, cursor) {
  const spot = (event) => {
    const plan = facadePlan(canvas.clientWidth, canvas.clientHeight), [x, y] = pointIn(canvas, event);
    const at = tower.floors.findIndex((_, k) => y >= plan.top(k) && y < plan.top(k) + plan.row);
    const panel = plan.left.findIndex((left) => x >= left && x < left + plan.panel);
    return at < 0 || panel < 0 ? null : { at, panel };
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = spot(event);
    if (found) showTip(placeLines(state, found.at, found.panel), event.clientX, event.clientY);
    else hideTip();
  });
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("click", (event) => {
    const found = spot(event);
    if (found) choose({ floor: tower.floors[found.at] });
  });
  canvas.addEventListener("focus", () => setCursor(canvas, state, cursor, tower.floors.indexOf(chosen.floor), cursor.panel));
  canvas.addEventListener("blur", () => {
    cursor.on = false;
    hideTip();
    drawFacade(canvas, state, cursor);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    setCursor(canvas, state, cursor, cursor.at + step[0], cursor.panel + step[1]);
    if (step[0]) choose({ floor: tower.floors[cursor.at] });
  });
}

function setCursor(canvas, state, cursor, at, panel) {
  if (!canvas.matches(":focus-visible")) return;
  cursor.on = true;
  cursor.at = Math.max(0, Math.min(at, tower.floors.length - 1));
  cursor.panel = Math.max(0, Math.min(panel, tower.panels.length - 1));
  drawFacade(canvas, state, cursor);
  const plan = facadePlan(canvas.clientWidth, canvas.clientHeight), box = canvas.getBoundingClientRect();
  showTip(placeLines(state, cursor.at, cursor.panel), box.left + plan.left[cursor.panel], box.top + plan.top(cursor.at));
}
