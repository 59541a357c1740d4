// --- Timelines: a row for each document, time from left to right. A point is a time of day in a
// known zone; a bar is all the time that a date can mean. Where two do not meet, their order is
// known.

const SVG = "http://www.w3.org/2000/svg";
const drawn = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

const MINUTE = 60000;
const ROW_STEP = 18;

function timeline(cluster, most, width) {
  const placed = [];
  const others = [];
  for (const [doc, role] of cluster.members) {
    const when = interval(doc);
    if (when) placed.push({ doc, role, from: when[0], until: when[1] });
    else others.push(doc);
  }
  const more = placed.length - most;
  return element(
    "div",
    { class: "timeline" },
    placed.length > 0 ? chart(placed.slice(0, most), width) : null,
    more > 0
      ? element("p", {}, `and ${number.format(more)} more, up to ${written(latest(placed))}`)
      : null,
    others.length > 0 ? undated(others, most) : null,
  );
}

const latest = (rows) => rows.reduce((most, { until }) => Math.max(most, until), -Infinity);

function chart(shown, width) {
  const first = shown.reduce((least, { from }) => Math.min(least, from), Infinity);
  const last = latest(shown);
  const label = Math.min(220, Math.round(width * 0.45));
  const [left, room] = [label + 8, width - label - 24];
  const bottom = shown.length * ROW_STEP + 6;
  const x = (time) =>
    left + (last - first >= MINUTE ? ((time - first) / (last - first)) * room : 0);
  const told = shown.map(({ doc, role }) => `${placeOf(doc)} ${moment(doc)} ${role}`).join(", ");
  const svg = drawn("svg", {
    viewBox: `0 0 ${width} ${bottom + 16}`,
    role: "img",
    "aria-label": `Timeline: ${told}`,
  });
  svg.append(
    drawn("path", { class: "line", d: `M${left} 0V${bottom}M${left + room} 0V${bottom}` }),
  );
  shown.forEach((row, at) => {
    const y = at * ROW_STEP + 12;
    const name = cut(placeOf(row.doc), Math.floor(label / 6.5));
    svg.append(
      drawn("text", { class: "end", x: label - 4, y: y + 4 }, name),
      drawn("path", { class: "line", d: `M${left} ${y}H${x(row.from).toFixed(1)}` }),
      mark(row, x, y),
    );
  });
  const axis = (place, at, time) =>
    drawn("text", { class: `axis ${place}`, x: at, y: bottom + 12 }, written(time));
  svg.append(axis("middle", left, first));
  if (last - first >= MINUTE) svg.append(axis("end", width - 2, last));
  return svg;
}

/** The point or the bar of a document. */
function mark({ doc, role, from, until }, x, y) {
  const [start, end] = [x(from), x(until)];
  if (until - from < MINUTE) {
    const title = drawn("title", {}, `${moment(doc)}, ${role}`);
    return drawn("circle", { class: role, cx: start.toFixed(1), cy: y, r: 5 }, title);
  }
  const title = `${moment(doc)}, ${role}: between ${written(from)} and ${written(until)} UTC`;
  return drawn(
    "rect",
    {
      class: role,
      x: start.toFixed(1),
      y: y - 4,
      width: Math.max(4, end - start).toFixed(1),
      height: 8,
      rx: 4,
    },
    drawn("title", {}, title),
  );
}

/** A list of documents whose dates prove no time of publication. */
function undated(docs, most) {
  const why = (doc) => {
    const date = documents.published[doc] ? `${moment(doc)} is no evidence` : "no date";
    const until = documents.until[doc];
    return until === null ? date : `${date}, before ${written(until * 1000)} UTC`;
  };
  const told = docs
    .slice(0, most)
    .flatMap((doc) => ["; ", isolated(placeOf(doc)), ` (${why(doc)})`]);
  const more = docs.length - most;
  return element(
    "p",
    { class: "undated" },
    "Without a usable date: ",
    ...told.slice(1),
    more > 0 ? ` and ${number.format(more)} more` : null,
  );
}
