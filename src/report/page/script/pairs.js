// --- The pairs, as a table of which only the visible rows are drawn

const ROW = 36; // Height of a row, as in the style.
const BEYOND = 8; // Rows that are drawn above and below the visible ones.
const PRINTED_ROWS = 2000; // Rows that are printed.

const count = pairs.a.length;
const score = (value) => (value / 10000).toFixed(4);
const COLUMNS = [
  { name: "Relation", of: (i) => pairs.relation[i] },
  {
    name: "Jaccard",
    number: true,
    of: (i) => score(pairs.jaccard[i]),
    by: (i) => pairs.jaccard[i],
  },
  {
    name: "Cont. a",
    title: "containment_a: share of a that is in b",
    number: true,
    of: (i) => score(pairs.containment_a[i]),
    by: (i) => pairs.containment_a[i],
  },
  {
    name: "Cont. b",
    title: "containment_b: share of b that is in a",
    number: true,
    of: (i) => score(pairs.containment_b[i]),
    by: (i) => pairs.containment_b[i],
  },
  {
    name: "Longest",
    title: "Words of the longest passage",
    number: true,
    of: (i) => number.format(pairs.longest[i]),
    by: (i) => pairs.longest[i],
  },
  {
    name: "Site a",
    of: (i) => siteOf(pairs.a[i]),
    by: (i) => documents.site[pairs.a[i]] ?? Infinity,
  },
  { name: "Document a", of: (i) => nameOf(pairs.a[i]) },
  {
    name: "Published a",
    title: "As the document has it; in UTC if its time zone is known",
    of: (i) => toTheMinute(moment(pairs.a[i])),
    by: (i) => documents.published[pairs.a[i]] || "~",
  },
  {
    name: "Site b",
    of: (i) => siteOf(pairs.b[i]),
    by: (i) => documents.site[pairs.b[i]] ?? Infinity,
  },
  { name: "Document b", of: (i) => nameOf(pairs.b[i]) },
  {
    name: "Order",
    title: "Whether the dates prove that a was published before b",
    of: (i) => (pairs.ordered[i] ? "a first" : "not known"),
  },
  {
    name: "Lag h",
    title: "Hours from a to b",
    number: true,
    of: (i) => (pairs.lag[i] === null ? "" : pairs.lag[i].toFixed(1)),
    by: (i) => pairs.lag[i] ?? Infinity,
  },
];

if (pairs.reworded.length > 0) {
  COLUMNS.splice(5, 0, {
    name: "Reworded",
    title: "Score of a reworded pair, an estimate",
    number: true,
    of: (i) => (pairs.reworded[i] === null ? "" : score(pairs.reworded[i])),
    by: (i) => pairs.reworded[i] ?? -1,
  });
  $("grid").classList.add("scored");
}

/** What is known of two documents as a pair, as nodes. */
function described(x, y) {
  const i = pairs.a.findIndex(
    (a, i) => (a === x && pairs.b[i] === y) || (a === y && pairs.b[i] === x),
  );
  if (x === y) return [];
  if (i < 0) return ["This page has no scores of these two."];
  const [a, b] = [pairs.a[i], pairs.b[i]];
  const reworded = pairs.reworded[i] ?? null;
  const scores =
    `${pairs.relation[i]}: Jaccard ${score(pairs.jaccard[i])}, ` +
    `longest passage ${counted(pairs.longest[i], "word")}` +
    (reworded === null ? "" : `, reworded ${score(reworded)}`);
  if (!pairs.ordered[i]) return [`${scores}. The dates do not prove which was published first.`];
  const lag = pairs.lag[i] === null ? "." : `, ${hours(pairs.lag[i])} later.`;
  return [
    `${scores}. Published first by `,
    isolated(placeOf(a)),
    ", then by ",
    isolated(placeOf(b)),
    lag,
  ];
}

let order = Uint32Array.from({ length: count }, (_, at) => at); // All pairs, in sorted order.
let shown = order; // Pairs that pass the filters.
let now = 0; // The selected row.
let sorted = null; // The column, and whether it is descending.

function filterPairs() {
  const matches = matcher($("search").value);
  const relation = $("relation").value;
  const isThere = siteMatcher($("site").value);
  const across = $("across").value;
  const bound = (id, otherwise) => {
    const value = $(id).valueAsNumber;
    return Number.isNaN(value) ? otherwise : Math.round(value * 10000);
  };
  const [jaccardFrom, jaccardTo] = [bound("jaccard-from", 0), bound("jaccard-to", 10000)];
  const [containmentFrom, containmentTo] = [
    bound("containment-from", 0),
    bound("containment-to", 10000),
  ];
  const wanted = (i) => {
    const [a, b] = [pairs.a[i], pairs.b[i]];
    const [siteA, siteB] = [documents.site[a], documents.site[b]];
    const known = siteA !== null && siteB !== null;
    const containment = Math.max(pairs.containment_a[i], pairs.containment_b[i]);
    return (
      (!relation || pairs.relation[i] === relation) &&
      pairs.jaccard[i] >= jaccardFrom &&
      pairs.jaccard[i] <= jaccardTo &&
      containment >= containmentFrom &&
      containment <= containmentTo &&
      (!across || (known && (siteA !== siteB) === (across === "across"))) &&
      (!isThere || isThere(a) || isThere(b)) &&
      matches([a, b])
    );
  };
  shown = order.filter(wanted);
  now = 0;
  $("grid").scrollTop = 0;
  const all = counted(count, "pair");
  const some = `${number.format(shown.length)} of ${all}`;
  $("status").textContent = shown.length === count ? all : some;
  $("grid").setAttribute("aria-rowcount", shown.length + 1);
  $("rows").style.height = `${shown.length * ROW}px`;
  draw(true);
}

/** Sorts by a column; without one, the pairs are in the order of their clusters. */
function sort(by) {
  sorted = by;
  order = Uint32Array.from({ length: count }, (_, at) => at);
  if (sorted) {
    const { of, by = of } = COLUMNS[sorted.column];
    const keys = Array.from({ length: count }, (_, i) => by(i));
    const compare = (x, y) => (keys[x] < keys[y] ? -1 : keys[x] > keys[y] ? 1 : 0);
    order.sort((x, y) => (sorted.falls ? compare(y, x) : compare(x, y)) || x - y);
  }
  headings();
  filterPairs();
}

function sortByHeading(column) {
  const falls = sorted?.column === column ? !sorted.falls : Boolean(COLUMNS[column].number);
  sort({ column, falls });
  remember();
}

function headings() {
  [...$("head").firstElementChild.children].forEach((heading, at) => {
    const here = sorted?.column === at;
    const direction = here ? (sorted.falls ? "descending" : "ascending") : "none";
    heading.setAttribute("aria-sort", direction);
    const sign = here ? (sorted.falls ? " ▼" : " ▲") : "";
    heading.firstElementChild.textContent = COLUMNS[at].name + sign;
  });
}

const drawnRows = new Map(); // By position among the pairs that pass the filters.

function row(at) {
  const cells = COLUMNS.map((column) => {
    const text = column.of(shown[at]);
    const attributes = column.number ? { class: "number" } : { title: text };
    const cell = column.number ? text : isolated(text);
    return element("div", { role: "gridcell", ...attributes }, cell);
  });
  const node = element("div", { role: "row", id: `row-${at}`, "aria-rowindex": at + 2 }, ...cells);
  node.style.top = `${at * ROW}px`;
  node.addEventListener("click", () => {
    choose(at);
    openPair();
  });
  return node;
}

/** Draws the visible rows, or those given. Rows that are drawn already stay, unless `anew`. */
function draw(anew, visible = visibleRows()) {
  if (anew) {
    $("rows").replaceChildren();
    drawnRows.clear();
  }
  const [from, to] = visible;
  for (const [at, node] of drawnRows) {
    if (at < from || at >= to) {
      node.remove();
      drawnRows.delete(at);
    }
  }
  for (let at = from; at < to; at++) {
    if (!drawnRows.has(at)) drawnRows.set(at, row(at));
  }
  // In order, for screen readers.
  const nodes = [...drawnRows].sort(([x], [y]) => x - y).map(([, node]) => node);
  const rows = $("rows");
  if (nodes.length !== rows.childElementCount || nodes[0] !== rows.firstElementChild)
    rows.replaceChildren(...nodes);
  for (const [at, node] of drawnRows) {
    node.classList.toggle("now", at === now);
    node.setAttribute("aria-selected", at === now);
  }
  if (drawnRows.has(now)) $("grid").setAttribute("aria-activedescendant", `row-${now}`);
  else $("grid").removeAttribute("aria-activedescendant");
}

function visibleRows() {
  const { scrollTop, clientHeight } = $("grid");
  return [
    Math.max(0, Math.floor(scrollTop / ROW) - BEYOND),
    Math.min(shown.length, Math.ceil((scrollTop + clientHeight) / ROW) + BEYOND),
  ];
}

function choose(at) {
  now = Math.max(0, Math.min(shown.length - 1, at));
  const grid = $("grid");
  const room = grid.clientHeight - $("head").offsetHeight;
  if (now * ROW < grid.scrollTop) grid.scrollTop = now * ROW;
  if ((now + 1) * ROW > grid.scrollTop + room) grid.scrollTop = (now + 1) * ROW - room;
  draw(false);
}

function openPair() {
  const i = shown[now];
  if (i !== undefined) openCluster(pairs.cluster[i], [pairs.a[i], pairs.b[i]]);
}

function press(event) {
  if (event.target !== $("grid") || event.altKey || event.ctrlKey || event.metaKey) return;
  const room = $("grid").clientHeight - $("head").offsetHeight;
  const page = Math.max(1, Math.floor(room / ROW) - 1);
  const steps = {
    ArrowUp: now - 1,
    ArrowDown: now + 1,
    PageUp: now - page,
    PageDown: now + page,
    Home: 0,
    End: shown.length - 1,
  };
  if (event.key in steps) choose(steps[event.key]);
  else if (event.key === "Enter") openPair();
  else return;
  event.preventDefault();
}

function headingRow() {
  const cells = COLUMNS.map((column, at) => {
    const attributes = { type: "button", title: column.title ?? null };
    const button = element("button", attributes, column.name);
    button.addEventListener("click", () => sortByHeading(at));
    const heading = { role: "columnheader", "aria-sort": "none" };
    return element("div", { ...heading, class: column.number ? "number" : null }, button);
  });
  $("head").append(element("div", { role: "row", "aria-rowindex": 1 }, ...cells));
  $("grid").setAttribute("aria-colcount", COLUMNS.length);
}

function startPairs() {
  headingRow();
  filteredBy($("filters"), filterPairs);
  $("grid").addEventListener("scroll", () => draw(false), { passive: true });
  $("grid").addEventListener("keydown", press);
  addEventListener("resize", () => draw(false));
}
