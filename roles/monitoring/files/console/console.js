"use strict";
// Draws the curves of a page from Prometheus' API and renews the page as long as it is looked at. All numbers are there without it.

const PLOT = {height: 190, left: 68, right: 10, top: 10, bottom: 22};
const COLOURS = 10;

const svg = (name, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

const digits = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
const scaled = (value, base, names) => {
  let power = 0;
  while (Math.abs(value) >= base && power < names.length - 1) {
    value /= base;
    power += 1;
  }
  return digits(value) + names[power];
};
const duration = (seconds) => {
  const size = Math.abs(seconds);
  if (size === 0) return "0";
  if (size < 1e-3) return `${digits(seconds * 1e6)} µs`;
  if (size < 1) return `${digits(seconds * 1e3)} ms`;
  if (size < 120) return `${digits(seconds)} s`;
  if (size < 7200) return `${digits(seconds / 60)} min`;
  return size < 172800 ? `${digits(seconds / 3600)} h` : `${digits(seconds / 86400)} d`;
};
const UNITS = {
  bytes: (value) => scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]),
  Bps: (value) => scaled(value, 1024, [" B/s", " KiB/s", " MiB/s", " GiB/s"]),
  percentunit: (value) => `${digits(value * 100)} %`,
  s: duration,
  reqps: (value) => `${scaled(value, 1000, ["", "k", "M"])}/s`,
  ops: (value) => `${scaled(value, 1000, ["", "k", "M"])}/s`,
};
const shown = (value, unit) => (UNITS[unit] ?? ((number) => scaled(number, 1000, ["", "k", "M", "G"])))(value);

// The next of 1, 2, 5 times a power of ten (of two for bytes), so that at most `count` steps are needed
function niceStep(most, count, unit) {
  const raw = most / count;
  if (unit === "bytes" || unit === "Bps") return 2 ** Math.ceil(Math.log2(raw));
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= raw * 0.999);
}

function timeTicks(begin, end, most) {
  const steps = [300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800];
  const step = steps.find((one) => (end - begin) / one <= most) ?? 172800;
  const shift = new Date(end * 1000).getTimezoneOffset() * 60;
  const ticks = [];
  for (let at = Math.ceil((begin - shift) / step) * step + shift; at <= end; at += step) ticks.push(at);
  return ticks;
}

const clock = (at, days) => {
  const options = days ? {weekday: "short", hour: "2-digit", minute: "2-digit"} : {hour: "2-digit", minute: "2-digit"};
  return new Date(at * 1000).toLocaleString("en-GB", options);
};

async function load(figure) {
  const {end, seconds} = document.body.dataset;
  const begin = end - seconds;
  const step = Math.max(15, Math.round(seconds / 240));
  const answers = [...figure.querySelectorAll("ul[data-query]")].map(async (list) => {
    // Not a relative address: a page that was opened with a password in its address may ask for none.
    const url = new URL("../../api/v1/query_range", location.origin + location.pathname);
    url.search = new URLSearchParams({query: list.dataset.query, start: begin, end, step});
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`Prometheus answers ${answer.status}`);
    return (await answer.json()).data.result.map((result) => ({
      list,
      limit: list.classList.contains("limit"),
      name: list.dataset.legend.replace(/\[(\w+)\]/g, (_, label) => result.metric[label] ?? ""),
      points: result.values.map(([at, value]) => [at, Number(value)]).filter(([, value]) => Number.isFinite(value)),
    }));
  });
  return {begin: Number(begin), end: Number(end), step, series: (await Promise.all(answers)).flat()};
}

// Every curve has its entry below the plot; one that has ended since gets one now.
function entries(series) {
  const colours = series.filter((one) => !one.limit).map((one) => one.name).sort();
  for (const one of series) {
    one.colour = one.limit ? "limit" : `c${colours.indexOf(one.name) % COLOURS}`;
    one.entry = [...one.list.children].find((item) => item.querySelector("span").textContent === one.name);
    if (!one.entry) {
      one.entry = document.createElement("li");
      one.entry.append(document.createElement("i"), document.createElement("span"), document.createElement("b"));
      one.entry.querySelector("span").textContent = one.name;
      one.entry.querySelector("b").textContent = "-";
      one.list.append(one.entry);
    }
    one.entry.querySelector("i").className = one.colour;
  }
}

// A limit far above all curves would press them flat: it is then only named.
function highest(series) {
  const most = (some) => some.flatMap((one) => one.points).reduce((max, [, value]) => Math.max(max, value), 0);
  const curves = most(series.filter((one) => !one.limit));
  const limits = series.filter((one) => one.limit);
  for (const one of limits) one.far = curves > 0 && most([one]) > 5 * curves;
  return Math.max(curves, most(limits.filter((one) => !one.far))) || 1;
}

function path(points, x, y, gap) {
  let previous = -Infinity;
  return points.map(([at, value]) => {
    const command = at - previous > gap ? "M" : "L";
    previous = at;
    return `${command}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  }).join("");
}

function draw(figure, {begin, end, step, series}) {
  const plot = figure.querySelector(".plot");
  const unit = figure.dataset.unit;
  const width = plot.clientWidth;
  const top = highest(series);
  const tick = niceStep(top, 4, unit);
  const ceiling = Math.ceil(top / tick - 1e-9) * tick;
  const least = Math.min(0, ...series.flatMap((one) => one.points.map(([, value]) => value)));
  const floor = Math.floor(least / tick) * tick;
  const x = (at) => PLOT.left + ((at - begin) / (end - begin)) * (width - PLOT.left - PLOT.right);
  const y = (value) => PLOT.top + ((ceiling - value) / (ceiling - floor)) * (PLOT.height - PLOT.top - PLOT.bottom);
  const image = svg("svg", {viewBox: `0 0 ${width} ${PLOT.height}`, width, height: PLOT.height, role: "img", "aria-label": figure.querySelector("summary").textContent});
  for (let value = floor; value <= ceiling + tick / 2; value += tick) {
    image.append(svg("path", {class: "grid", d: `M${PLOT.left} ${y(value).toFixed(1)}H${width - PLOT.right}`}));
    image.append(svg("text", {x: PLOT.left - 6, y: y(value) + 4, "text-anchor": "end"}, shown(Math.abs(value) < tick / 2 ? 0 : value, unit)));
  }
  const days = end - begin > 86400;
  for (const at of timeTicks(begin, end, width / (days ? 110 : 75))) {
    const middle = Math.min(Math.max(x(at), PLOT.left), width - (days ? 40 : 22));
    image.append(svg("text", {x: middle, y: PLOT.height - 5, "text-anchor": "middle"}, clock(at, days)));
  }
  for (const one of series.filter((some) => !some.far)) {
    image.append(svg("path", {class: `curve ${one.colour}`, d: path(one.points, x, y, 2.5 * step)}));
    one.entry.classList.remove("far");
  }
  for (const one of series.filter((some) => some.far)) one.entry.classList.add("far");
  if (!series.some((one) => one.points.length)) {
    image.append(svg("text", {class: "nothing", x: width / 2, y: PLOT.height / 2, "text-anchor": "middle"}, plot.dataset.nothing));
  }
  const cursor = svg("path", {class: "cursor", d: ""});
  image.append(cursor);
  plot.replaceChildren(image);
  follow(figure, image, cursor, {begin, end, step, series, x, width, unit, days});
}

// Under a pointer the entries show the values of that time.
function follow(figure, image, cursor, {begin, end, step, series, x, width, unit, days}) {
  const time = figure.querySelector("time");
  for (const one of series) one.entry.dataset.now ??= one.entry.querySelector("b").textContent;
  const leave = () => {
    cursor.setAttribute("d", "");
    time.textContent = "";
    for (const one of series) one.entry.querySelector("b").textContent = one.entry.dataset.now;
  };
  image.addEventListener("pointerleave", leave);
  image.addEventListener("pointermove", (event) => {
    const share = (event.offsetX - PLOT.left) / (width - PLOT.left - PLOT.right);
    if (share < 0 || share > 1) {
      leave();
      return;
    }
    const at = begin + Math.round((share * (end - begin)) / step) * step;
    cursor.setAttribute("d", `M${x(at).toFixed(1)} ${PLOT.top}V${PLOT.height - PLOT.bottom}`);
    time.textContent = clock(at, days);
    for (const one of series) {
      const point = one.points.find(([then]) => Math.abs(then - at) <= step / 2);
      one.entry.querySelector("b").textContent = point ? shown(point[1], unit) : "-";
    }
  });
}

const drawn = new Map();

async function show() {
  const figures = [...document.querySelectorAll("figure.graph")];
  await Promise.all(figures.map(async (figure) => {
    try {
      const data = await load(figure);
      entries(data.series);
      drawn.set(figure, data);
      draw(figure, data);
    } catch (error) {
      figure.querySelector(".plot").textContent = `Not drawn: ${error.message}`;
    }
  }));
  document.body.dataset.drawn = figures.length;
}

// The page as the server renders it now takes the place of the old one, and keeps what was unfolded.
async function renew() {
  if (document.hidden || document.querySelector(".plot:hover")) return;
  try {
    const answer = await fetch(new URL(location.origin + location.pathname + location.search));
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const unfolded = [...document.querySelectorAll("main details")].map((one) => one.open);
    page.querySelectorAll("main details").forEach((one, place) => {
      one.open = unfolded[place] ?? false;
    });
    document.querySelectorAll("main .plot svg").forEach((image, place) => page.querySelectorAll("main .plot")[place]?.append(image));
    document.body.dataset.end = page.body.dataset.end;
    for (const part of ["header", "main", "footer"]) document.querySelector(part).replaceWith(page.querySelector(part));
    drawn.clear();
    await show();
  } catch (error) {
    document.querySelector("footer").textContent = `This page is from an earlier time: ${error.message}.`;
  }
}

let resized;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => drawn.forEach((data, figure) => draw(figure, data)), 150);
});
setInterval(renew, 30000);
show();
