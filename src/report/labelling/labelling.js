// Shows one pair at a time, keeps the labels in the browser, and saves them as CSV.
const { sample, header, labels: LABELS, pairs } = JSON.parse($("data").textContent);
const SHOWN = { same: "same", different: "different", unsure: "not sure" };
const KEY = `wirecopy labels ${sample}`;

const count = pairs.length;
let labels = new Array(count).fill(""); // As in the file; empty for a pair without one.
let changes = []; // Pairs that got a label, with the label they had before.
let now = 0; // The pair on the screen.
let mark = 0; // Number of the selected mark.
let saved = true; // Whether all labels are in a file.
let storage = true; // Whether the browser stores labels.

const labelled = () => labels.filter((label) => label !== "").length;

// --- Storage in the browser

const isLabel = (label) => label === "" || LABELS.includes(label);
const isPair = (at) => Number.isInteger(at) && at >= 0 && at < count;

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify({ labels, changes, now, saved }));
  } catch {
    refused();
  }
}

function recall() {
  let kept;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    refused();
  }
  if (!kept) return;
  try {
    const read = JSON.parse(kept);
    if (!Array.isArray(read.labels) || read.labels.length !== count || !read.labels.every(isLabel))
      return;
    labels = read.labels;
    changes = (Array.isArray(read.changes) ? read.changes : []).filter(
      (change) => Array.isArray(change) && isPair(change[0]) && isLabel(change[1]),
    );
    now = isPair(read.now) ? read.now : 0;
    saved = read.saved === true;
  } catch {
    // Not JSON, so this page did not write it.
  }
}

function refused() {
  storage = false;
  $("refused").hidden = false;
}

// --- Showing a pair

function piece([kind, text]) {
  if (kind === "left out")
    return element("span", { class: "gap" }, `[${counted(text, "character")} left out]`);
  if (kind === "boilerplate")
    return element("span", { class: "out", title: "boilerplate, not compared" }, text);
  return kind === 0 ? text : element("mark", { "data-number": kind, "data-passage": kind }, text);
}

function side(text, name) {
  const about = [text.site, text.published.replace("T", " ").replace("Z", " UTC"), text.id].filter(
    (part) => part !== "",
  );
  const parts = about.flatMap((part, at) => (at > 0 ? [" · ", isolated(part)] : [isolated(part)]));
  return element(
    "section",
    {},
    element("h3", {}, link(text.url, text.title || "No title")),
    element("p", { class: "about" }, ...parts),
    element(
      "div",
      { class: "text", tabindex: 0, role: "region", "aria-label": `${name} text`, dir: "auto" },
      ...text.pieces.map(piece),
    ),
  );
}

function show(at) {
  now = at;
  mark = 0;
  const pair = pairs[now];
  $("texts").replaceChildren(side(pair.documents[0], "Left"), side(pair.documents[1], "Right"));
  $("measured").replaceChildren(
    ...pair.measured.flatMap(([name, value]) => [
      element("dt", {}, name),
      element("dd", {}, value),
    ]),
  );
  $("scores").open = false;
  $("mark").textContent = `Next ${pair.shared}`;
  $("mark").disabled = pair.marks === 0;
  $("marks").textContent =
    pair.marks === 0
      ? "Nothing is marked: they share no run of eight words."
      : counted(pair.marks, pair.shared);
  refresh();
}

function refresh() {
  $("title").textContent = `Pair ${now + 1} of ${count}`;
  $("progress").value = labelled();
  $("told").textContent = `${labelled()} of ${count} labelled`;
  for (const label of LABELS) $(label).setAttribute("aria-pressed", String(labels[now] === label));
  $("back").disabled = now === 0;
  $("next").disabled = now === count - 1;
  $("undo").disabled = changes.length === 0;
  $("save").disabled = labelled() === 0;
  $("save").classList.toggle("due", !saved && labelled() === count);
  keep();
}

const say = (text) => ($("status").textContent = text);
const named = (at) =>
  `Pair ${at + 1} of ${count}${labels[at] ? `, labelled ${SHOWN[labels[at]]}` : ""}.`;

function go(at) {
  if (at < 0 || at >= count) return;
  show(at);
  say(named(at));
}

function nextMark() {
  const { shared, marks } = pairs[now];
  if (marks === 0) return;
  mark = (mark % marks) + 1;
  const texts = $("texts").querySelectorAll(".text");
  showPassage(texts, mark);
  const hidden = [...texts].some((text) => !text.querySelector("mark.now"));
  const name = shared[0].toUpperCase() + shared.slice(1);
  const told = `${mark} of ${marks}${hidden ? ", which is left out here" : ""}`;
  $("marks").textContent = told;
  say(`${name} ${told}.`);
}

// --- Labelling

function label(given) {
  const at = now;
  if (labels[at] !== given) {
    changes.push([at, labels[at]]);
    labels[at] = given;
    saved = false;
  }
  const told = `Pair ${at + 1}: ${SHOWN[given]}.`;
  const left = [...labels.keys()].filter((other) => labels[other] === "");
  if (left.length === 0) {
    refresh();
    say(`${told} All pairs have a label: save labels.csv.`);
    return;
  }
  // The next pair without a label; after the last one, the first.
  show(left.find((other) => other > at) ?? left[0]);
  say(`${told} Now pair ${now + 1} of ${count}.`);
}

function undo() {
  const change = changes.pop();
  if (!change) return;
  const [at, before] = change;
  labels[at] = before;
  saved = false;
  show(at);
  say(`Undone. ${named(at)}`);
}

function save() {
  const rows = labels.flatMap((label, at) => (label ? [pairs[at].row + label] : []));
  if (rows.length === 0) return;
  const csv = [header, ...rows].map((row) => row + "\n").join("");
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
  element("a", { href: url, download: "labels.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  saved = true;
  refresh();
  say(`Saved ${counted(rows.length, "label")} in labels.csv.`);
}

// --- Keys and buttons

const KEYS = {
  y: () => label("same"),
  n: () => label("different"),
  "?": () => label("unsure"),
  u: undo,
  p: nextMark,
  s: save,
  arrowleft: () => go(now - 1),
  arrowright: () => go(now + 1),
};

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || !$("keys").checked) return;
  const action = KEYS[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
}

if (count === 0) {
  for (const button of document.querySelectorAll(".bar button")) button.disabled = true;
  $("told").textContent = "There are no pairs to label.";
  return;
}
for (const given of LABELS) $(given).addEventListener("click", () => label(given));
$("back").addEventListener("click", () => go(now - 1));
$("next").addEventListener("click", () => go(now + 1));
$("undo").addEventListener("click", undo);
$("save").addEventListener("click", save);
$("mark").addEventListener("click", nextMark);
addEventListener("keydown", press);
addEventListener("beforeunload", (event) => {
  if (!storage && !saved) event.preventDefault();
});
recall();
$("pair").hidden = false;
show(now);
const left = count - labelled();
if (left === 0) say("All pairs have a label.");
else if (left < count) say(`Continued where you stopped. ${named(now)}`);
