// --- Two texts side by side

let read = null;

/** The texts and the passages they share, parsed at first use. */
function texts() {
  if (read) return read;
  const { texts, side_by_side } = JSON.parse($("texts").textContent);
  read = { texts: new Map(), shared: new Map() };
  for (const text of texts) read.texts.set(text.document, text);
  for (const [a, b, passages] of side_by_side) read.shared.set(`${a} ${b}`, passages);
  return read;
}

/** The text as nodes, with `marks` ([from, to, number], in order) and boilerplate marked. */
function marked(text, marks) {
  const nodes = [];
  const plain = (from, to) => {
    let at = from;
    for (const [start, end] of text.boilerplate) {
      if (end <= at || start >= to) continue;
      if (start > at) nodes.push(text.text.slice(at, start));
      const out = text.text.slice(Math.max(start, at), Math.min(end, to));
      nodes.push(element("span", { class: "out", title: "boilerplate, not compared" }, out));
      at = Math.min(end, to);
    }
    if (at < to) nodes.push(text.text.slice(at, to));
  };
  let at = 0;
  for (const [from, to, passage] of marks) {
    const start = Math.max(at, from); // Two passages of one text may overlap in the other.
    if (start >= to) continue;
    plain(at, start);
    const attributes = { "data-number": passage, "data-passage": passage };
    nodes.push(element("mark", attributes, text.text.slice(start, to)));
    at = to;
  }
  plain(at, text.text.length);
  if (text.cut) nodes.push("\n[…]");
  return nodes;
}

/** A choice of one of the texts, and the text. */
function textChoice(label, members, chosen) {
  const options = members.map(([doc, role]) =>
    element("option", { value: doc }, `${placeOf(doc)}: ${cut(nameOf(doc), 70)} (${role})`),
  );
  const select = element("select", {}, ...options);
  select.value = chosen;
  const name = `${label} text`;
  const body = element("div", {
    class: "text",
    tabindex: 0,
    role: "region",
    "aria-label": name,
    dir: "auto",
  });
  return {
    select,
    body,
    section: element("section", {}, element("label", {}, label, select), body),
  };
}

/** Says that the page lacks the texts of a pair or, without a pair, those of all members. */
function missingTexts(pair, missing) {
  const names = missing.flatMap((doc) => [" and ", isolated(documents.id[doc])]).slice(1);
  const told = pair ? [...described(...pair), " The text of ", ...names] : ["The texts"];
  const why = " cannot be read here, because the page would be too large with all texts.";
  return element("p", {}, ...told, why);
}

/**
 * Two texts with the passages they share, those of the pair first, if one is given. `changed` is
 * told the two documents whenever others are chosen. Call `start` when the box is in the page.
 */
function sideBySide(members, pair, changed) {
  const { texts: known, shared } = texts();
  const there = members.filter(([doc]) => known.has(doc));
  const box = element("div");
  const has = (doc) => doc !== undefined && known.has(doc);
  const missing = (pair ?? []).filter((doc) => !has(doc));
  if (missing.length > 0 || there.length === 0) box.append(missingTexts(pair, missing));
  if (there.length === 0) return { box, start() {} };
  const firstBut = (other) => (there.find(([doc]) => doc !== other) ?? there[0])[0];
  const leftDoc = has(pair?.[0]) ? pair[0] : firstBut(pair?.[1]);
  const rightDoc = has(pair?.[1]) ? pair[1] : firstBut(leftDoc);
  const left = textChoice("Left", there, leftDoc);
  const right = textChoice("Right", there, rightDoc);
  const relation = element("p", { class: "hint" });
  const told = element("span", { role: "status" });
  const before = element("button", { type: "button" }, "Previous passage");
  const after = element("button", { type: "button" }, "Next passage");
  let [passages, now] = [0, 0];

  function go(to) {
    now = to;
    showPassage([left.body, right.body], now);
    if (passages > 0) told.textContent = `Passage ${now} of ${passages}`;
    before.disabled = now <= 1;
    after.disabled = now >= passages;
  }

  function draw() {
    const [x, y] = [Number(left.select.value), Number(right.select.value)];
    const both = shared.get(x < y ? `${x} ${y}` : `${y} ${x}`);
    // The places in the document with the smaller number come first.
    const inLeft = (passage) => (x < y ? passage.slice(0, 2) : passage.slice(2));
    const inRight = (passage) => (x < y ? passage.slice(2) : passage.slice(0, 2));
    const ordered = [...(both ?? [])].sort((one, other) => inLeft(one)[0] - inLeft(other)[0]);
    const marks = (places) =>
      ordered
        .map((passage, at) => [...places(passage), at + 1])
        .sort((one, other) => one[0] - other[0]);
    left.body.replaceChildren(...marked(known.get(x), marks(inLeft)));
    right.body.replaceChildren(...marked(known.get(y), marks(inRight)));
    left.body.scrollTop = right.body.scrollTop = 0;
    passages = ordered.length;
    relation.replaceChildren(...described(x, y));
    if (x === y) told.textContent = "The same document twice.";
    else if (both) told.textContent = "No run of eight words in both.";
    else told.textContent = "Choose others to see what they share.";
    go(Math.min(1, passages));
  }

  for (const { select } of [left, right]) {
    select.addEventListener("change", () => {
      draw();
      changed([Number(left.select.value), Number(right.select.value)]);
    });
  }
  before.addEventListener("click", () => go(now - 1));
  after.addEventListener("click", () => go(now + 1));
  const steps = element("div", { class: "steps" }, before, after, told);
  const two = element("div", { class: "two" }, left.section, right.section);
  box.append(relation, steps, two);
  return { box, start: draw };
}
