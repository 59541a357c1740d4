
// Draws clusters, pairs and texts from the JSON in the page. Text from outside becomes a text node,
// never HTML.
(() => {
  const CARDS = 12; // Clusters that are added at a time.
  const CARD_ROWS = 6; // Documents in the timeline of a card.
  const VIEW_ROWS = 60; // Documents in the timeline of an open cluster.
  const ROW = 36; // Height of a row, as in the style.
  const BEYOND = 8; // Rows that are drawn above and below the visible ones.

  const { sites, documents, pairs, clusters } = JSON.parse($("data").textContent);
  const count = pairs.a.length;

  // --- Elements

  const SVG = "http://www.w3.org/2000/svg";
  const drawn = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  // --- Documents

  const siteOf = (doc) => (documents.site[doc] === null ? "" : sites[documents.site[doc]]);
  const nameOf = (doc) => documents.title[doc] || documents.id[doc];
  /** The time to draw; one without a zone is drawn as if it were UTC. */
  const timeOf = (doc) => Date.parse(documents.published[doc].replace(/(T[^Z]*)$/, "$1Z"));
  const moment = (doc) => documents.published[doc].replace("T", " ").replace("Z", "");

  function cut(text, most) {
    const characters = [...text];
    return characters.length > most ? characters.slice(0, most - 1).join("") + "…" : text;
  }

  function hours(value) {
    if (value === null || Number.isNaN(value)) return "";
    return value >= 72 ? `${(value / 24).toFixed(1)} d` : `${value.toFixed(1)} h`;
  }

  // --- Clusters

  const BASIS = {
    canonical: "a canonical url names it",
    credit: "copies credit it",
    contributed: "copies say that it contributed",
    earliest: "it was published before all others here",
  };
  const SURENESS = {
    agreed: "the evidence agrees",
    single: "one piece of evidence",
  };

  function source(cluster) {
    if (cluster.source === null && !cluster.source_site) {
      if (cluster.candidates.length === 0) return ["Source not known: nothing tells which was first."];
      const candidates = cluster.candidates.flatMap((candidate) => ["; ", isolated(candidate)]).slice(1);
      return ["Source not known. It may be: ", ...candidates];
    }
    const why = cluster.basis.map((basis) => BASIS[basis] || basis).join(" and ");
    const sure = SURENESS[cluster.sureness];
    return ["Source: ", isolated(cluster.source_site || documents.id[cluster.source]), why ? ` (${why}${sure ? "; " + sure : ""})` : ""];
  }

  const sizeOf = (cluster) => `${counted(cluster.documents, "document")} on ${counted(cluster.sites, "site")}${cluster.quoted ? "; they share mostly quotations" : ""}`;

  const titleOf = (cluster) => {
    const lead = cluster.source ?? cluster.members.find(([, role]) => role === "source" || role === "copy" || role === "revised")?.[0];
    return lead === undefined ? cluster.name : nameOf(lead);
  };

  /** Times of publication: one row per document, time from left to right. */
  function timeline(cluster, most, width) {
    const dated = cluster.members.filter(([doc]) => !Number.isNaN(timeOf(doc)));
    if (dated.length === 0) return element("p", {}, "No dates.");
    const times = dated.map(([doc]) => timeOf(doc));
    const first = times.reduce((x, y) => Math.min(x, y));
    const last = times.reduce((x, y) => Math.max(x, y));
    const shown = dated.slice(0, most);
    const label = Math.min(220, Math.round(width * 0.45));
    const [room, step] = [width - label - 24, 18];
    const bottom = shown.length * step + 6;
    const x = (time) => label + 8 + (last > first ? ((time - first) / (last - first)) * room : 0);
    const told = shown.map(([doc, role]) => `${siteOf(doc) || documents.id[doc]} ${moment(doc)} ${role}`).join(", ");
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${bottom + 16}`, role: "img", "aria-label": `Timeline: ${told}` });
    svg.append(drawn("path", { class: "line", d: `M${x(first)} 0V${bottom}M${label + 8 + room} 0V${bottom}` }));
    shown.forEach(([doc, role], at) => {
      const y = at * step + 12;
      svg.append(
        drawn("text", { class: "end", x: label - 4, y: y + 4 }, cut(siteOf(doc) || documents.id[doc], Math.floor(label / 6.5))),
        drawn("path", { class: "line", d: `M${x(first)} ${y}H${x(timeOf(doc)).toFixed(1)}` }),
        drawn("circle", { class: role, cx: x(timeOf(doc)).toFixed(1), cy: y, r: 5 }, drawn("title", {}, `${moment(doc)}, ${role}`)),
      );
    });
    const span = (last - first) / 3600000;
    svg.append(drawn("text", { class: "axis", x: x(first), y: bottom + 12 }, new Date(first).toISOString().slice(0, 10)));
    if (span > 0) svg.append(drawn("text", { class: "axis end", x: label + 8 + room, y: bottom + 12 }, `+${hours(span)}`));
    const more = dated.length - shown.length;
    return element("div", { class: "timeline" }, svg, more > 0 ? element("p", {}, `and ${number.format(more)} more`) : null);
  }

  let cards = 0;

  function moreCards() {
    const from = cards;
    cards = Math.min(cards + CARDS, clusters.length);
    for (let at = from; at < cards; at++) {
      const cluster = clusters[at];
      const open = element("button", { type: "button", "aria-label": `Open ${titleOf(cluster)}` }, "Open");
      open.addEventListener("click", () => show(at));
      $("cards").append(
        element(
          "li",
          {},
          element("h3", {}, isolated(titleOf(cluster))),
          element("p", {}, sizeOf(cluster)),
          element("p", {}, ...source(cluster)),
          timeline(cluster, CARD_ROWS, 360),
          open,
        ),
      );
    }
    $("more").hidden = cards === clusters.length;
    return $("cards").children[from];
  }

  // --- Texts

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
        nodes.push(element("span", { class: "out", title: "boilerplate, not compared" }, text.text.slice(Math.max(start, at), Math.min(end, to))));
        at = Math.min(end, to);
      }
      if (at < to) nodes.push(text.text.slice(at, to));
    };
    let at = 0;
    for (const [from, to, passage] of marks) {
      plain(at, from);
      nodes.push(element("mark", { "data-number": passage, "data-passage": passage }, text.text.slice(from, to)));
      at = to;
    }
    plain(at, text.text.length);
    if (text.cut) nodes.push("\n[…]");
    return nodes;
  }

  function sideBySide(members, pair) {
    const { texts: known, shared } = texts();
    const there = members.filter(([doc]) => known.has(doc));
    const box = element("div");
    if (there.length === 0) {
      box.append(element("p", {}, "The texts are not on this page, because it would be too large with all of them."));
      return box;
    }
    const choice = (label, chosen) => {
      const select = element("select", {}, ...there.map(([doc, role]) => element("option", { value: doc }, `${siteOf(doc) || documents.id[doc]}: ${cut(nameOf(doc), 70)} (${role})`)));
      select.value = chosen;
      const body = element("div", { class: "text", tabindex: 0, role: "region", "aria-label": `${label} text`, dir: "auto" });
      return { select, body, section: element("section", {}, element("label", {}, label, select), body) };
    };
    const has = (doc) => doc !== undefined && known.has(doc);
    const leftDoc = has(pair?.[0]) ? pair[0] : there[0][0];
    const rightDoc = has(pair?.[1]) ? pair[1] : (there.find(([doc]) => doc !== leftDoc) ?? there[0])[0];
    const [left, right] = [choice("Left", leftDoc), choice("Right", rightDoc)];
    const told = element("span", { role: "status" });
    const [before, after] = [element("button", { type: "button" }, "Previous passage"), element("button", { type: "button" }, "Next passage")];
    let [passages, now] = [0, 0];

    function go(to) {
      now = to;
      showPassage([left.body, right.body], now);
      told.textContent = passages === 0 ? told.textContent : now === 0 ? counted(passages, "shared passage") : `Passage ${now} of ${passages}`;
      before.disabled = now <= 1;
      after.disabled = now >= passages;
    }

    function draw() {
      const [x, y] = [Number(left.select.value), Number(right.select.value)];
      const both = shared.get(x < y ? `${x} ${y}` : `${y} ${x}`);
      // The document published earlier has the smaller number, and its places come first.
      const inLeft = (passage) => (x < y ? passage.slice(0, 2) : passage.slice(2));
      const inRight = (passage) => (x < y ? passage.slice(2) : passage.slice(0, 2));
      const ordered = [...(both ?? [])].sort((one, other) => inLeft(one)[0] - inLeft(other)[0]);
      const marks = (places) => ordered.map((passage, at) => [...places(passage), at + 1]).sort((one, other) => one[0] - other[0]);
      left.body.replaceChildren(...marked(known.get(x), marks(inLeft)));
      right.body.replaceChildren(...marked(known.get(y), marks(inRight)));
      left.body.scrollTop = right.body.scrollTop = 0;
      passages = ordered.length;
      told.textContent = x === y ? "The same document twice." : both ? "No run of eight words in both." : "These two are not a pair; choose others to see what they share.";
      go(0);
    }

    before.addEventListener("click", () => go(now - 1));
    after.addEventListener("click", () => go(now + 1));
    left.select.addEventListener("change", draw);
    right.select.addEventListener("change", draw);
    box.append(element("div", { class: "steps" }, before, after, told), element("div", { class: "two" }, left.section, right.section));
    draw();
    return box;
  }

  // --- The view of a cluster

  function members(cluster) {
    const rows = cluster.members.map(([doc, role, later]) => {
      return element(
        "tr",
        {},
        element("td", {}, element("span", { class: `key ${role}` }), role),
        element("td", {}, isolated(siteOf(doc))),
        element("td", {}, moment(doc)),
        element("td", { class: "number" }, later === null ? "" : `+${hours(later)}`),
        element("td", {}, link(documents.url[doc], nameOf(doc)), element("br"), element("small", {}, isolated(documents.id[doc]))),
        element("td", {}, isolated(documents.credit[doc])),
      );
    });
    const names = ["Role", "Site", "Published", "After source", "Document", "Credit"].map((name) => element("th", { scope: "col" }, name));
    return element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Members" },
      element("table", {}, element("thead", {}, element("tr", {}, ...names)), element("tbody", {}, ...rows)),
    );
  }

  function show(at, pair) {
    const cluster = clusters[at];
    const left = cluster.documents - cluster.members.length;
    const listed = new Map(cluster.members);
    const others = (pair ?? []).filter((doc) => !listed.has(doc)).map((doc) => [doc, "not listed"]);
    $("view-title").replaceChildren(isolated(titleOf(cluster)));
    $("view-body").replaceChildren(
      element("p", {}, `${sizeOf(cluster)}; cluster `, isolated(cluster.name)),
      element("p", {}, ...source(cluster)),
      element("h3", {}, "Texts side by side"),
      sideBySide([...cluster.members, ...others], pair),
      element("h3", {}, "Times of publication"),
      timeline(cluster, VIEW_ROWS, matchMedia("(max-width: 44rem)").matches ? 360 : 760),
      element("h3", {}, "Members"),
      members(cluster),
      left > 0 ? element("p", {}, `${counted(left, "more document")} not listed here; --members writes all.`) : element("span"),
    );
    $("view").showModal();
    $("view").scrollTop = 0;
    $("view-title").focus({ preventScroll: true });
  }

  // --- The pairs

  const score = (value) => (value / 10000).toFixed(4);
  const COLUMNS = [
    { name: "Relation", of: (i) => pairs.relation[i] },
    { name: "Jaccard", number: true, of: (i) => score(pairs.jaccard[i]), by: (i) => pairs.jaccard[i] },
    { name: "Cont. a", title: "containment_a: share of a that is in b", number: true, of: (i) => score(pairs.containment_a[i]), by: (i) => pairs.containment_a[i] },
    { name: "Cont. b", title: "containment_b: share of b that is in a", number: true, of: (i) => score(pairs.containment_b[i]), by: (i) => pairs.containment_b[i] },
    { name: "Longest", title: "Words of the longest passage", number: true, of: (i) => number.format(pairs.longest[i]), by: (i) => pairs.longest[i] },
    { name: "Site a", of: (i) => siteOf(pairs.a[i]), by: (i) => documents.site[pairs.a[i]] ?? Infinity, number: false },
    { name: "Document a", of: (i) => nameOf(pairs.a[i]) },
    { name: "Published a", of: (i) => moment(pairs.a[i]).slice(0, 16), by: (i) => documents.published[pairs.a[i]] || "~" },
    { name: "Site b", of: (i) => siteOf(pairs.b[i]), by: (i) => documents.site[pairs.b[i]] ?? Infinity, number: false },
    { name: "Document b", of: (i) => nameOf(pairs.b[i]) },
    { name: "Lag h", number: true, of: (i) => (pairs.lag[i] === null ? "" : pairs.lag[i].toFixed(1)), by: (i) => pairs.lag[i] ?? Infinity },
  ];

  if (pairs.reworded.length > 0) {
    COLUMNS.splice(5, 0, { name: "Reworded", title: "Score of a reworded pair, an estimate", number: true, of: (i) => (pairs.reworded[i] === null ? "" : score(pairs.reworded[i])), by: (i) => pairs.reworded[i] ?? -1 });
    $("grid").classList.add("scored");
  }

  let order = Uint32Array.from({ length: count }, (_, at) => at); // All pairs, in sorted order.
  let shown = order; // Pairs that pass the filters.
  let now = 0; // The selected row.
  let sorted = null; // The column, and whether it is descending.
  let haystack = null;

  /** Documents that contain the search text in any field. */
  function found(needle) {
    haystack ??= documents.id.map((id, doc) => [id, siteOf(doc), documents.title[doc], documents.url[doc] ?? "", documents.credit[doc]].join("\n").toLowerCase());
    return Uint8Array.from(haystack, (text) => text.includes(needle));
  }

  function filter() {
    const needle = $("search").value.trim().toLowerCase();
    const matches = needle ? found(needle) : null;
    const relation = $("relation").value;
    const name = $("site").value.trim().toLowerCase();
    const ofSite = name ? sites.map((site) => site.toLowerCase().includes(name)) : null;
    const across = $("across").value;
    const bound = (id, otherwise) => ($(id).value === "" || Number.isNaN($(id).valueAsNumber) ? otherwise : Math.round($(id).valueAsNumber * 10000));
    const [jaccardFrom, jaccardTo] = [bound("jaccard-from", 0), bound("jaccard-to", 10000)];
    const [containmentFrom, containmentTo] = [bound("containment-from", 0), bound("containment-to", 10000)];
    const wanted = (i) => {
      const [a, b] = [pairs.a[i], pairs.b[i]];
      const [siteA, siteB] = [documents.site[a], documents.site[b]];
      const containment = Math.max(pairs.containment_a[i], pairs.containment_b[i]);
      return (
        (!relation || pairs.relation[i] === relation) &&
        pairs.jaccard[i] >= jaccardFrom &&
        pairs.jaccard[i] <= jaccardTo &&
        containment >= containmentFrom &&
        containment <= containmentTo &&
        (!across || (siteA !== null && siteB !== null && (siteA !== siteB) === (across === "across"))) &&
        (!ofSite || (siteA !== null && ofSite[siteA]) || (siteB !== null && ofSite[siteB])) &&
        (!matches || matches[a] || matches[b])
      );
    };
    shown = order.filter(wanted);
    now = 0;
    $("grid").scrollTop = 0;
    $("status").textContent = shown.length === count ? counted(count, "pair") : `${number.format(shown.length)} of ${counted(count, "pair")}`;
    $("grid").setAttribute("aria-rowcount", shown.length + 1);
    $("rows").style.height = `${shown.length * ROW}px`;
    draw(true);
  }

  function sort(column) {
    const falls = sorted?.column === column ? !sorted.falls : Boolean(COLUMNS[column].number);
    sorted = { column, falls };
    const by = COLUMNS[column].by ?? COLUMNS[column].of;
    const keys = Array.from({ length: count }, (_, i) => by(i));
    const compare = (x, y) => (keys[x] < keys[y] ? -1 : keys[x] > keys[y] ? 1 : 0);
    order = Uint32Array.from({ length: count }, (_, at) => at).sort((x, y) => (falls ? compare(y, x) : compare(x, y)) || x - y);
    headings();
    filter();
  }

  function headings() {
    [...$("head").firstElementChild.children].forEach((heading, at) => {
      const here = sorted?.column === at;
      heading.setAttribute("aria-sort", here ? (sorted.falls ? "descending" : "ascending") : "none");
      heading.firstElementChild.textContent = COLUMNS[at].name + (here ? (sorted.falls ? " ▼" : " ▲") : "");
    });
  }

  const drawnRows = new Map(); // By position among the pairs that pass the filters.

  function row(at) {
    const cells = COLUMNS.map((column) => {
      const text = column.of(shown[at]);
      return element("div", { role: "gridcell", class: column.number ? "number" : null, title: column.number ? null : text }, column.number ? text : isolated(text));
    });
    const node = element("div", { role: "row", id: `row-${at}`, "aria-rowindex": at + 2 }, ...cells);
    node.style.top = `${at * ROW}px`;
    node.addEventListener("click", () => {
      choose(at);
      open();
    });
    return node;
  }

  /** Draws the visible rows. Rows that are drawn already stay, unless `anew`. */
  function draw(anew) {
    if (anew) {
      $("rows").replaceChildren();
      drawnRows.clear();
    }
    const grid = $("grid");
    const from = Math.max(0, Math.floor(grid.scrollTop / ROW) - BEYOND);
    const to = Math.min(shown.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW) + BEYOND);
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
    if (nodes.length !== $("rows").childElementCount || nodes[0] !== $("rows").firstElementChild) $("rows").replaceChildren(...nodes);
    for (const [at, node] of drawnRows) {
      node.classList.toggle("now", at === now);
      node.setAttribute("aria-selected", at === now);
    }
    if (drawnRows.has(now)) grid.setAttribute("aria-activedescendant", `row-${now}`);
    else grid.removeAttribute("aria-activedescendant");
  }

  function choose(at) {
    now = Math.max(0, Math.min(shown.length - 1, at));
    const grid = $("grid");
    const room = grid.clientHeight - $("head").offsetHeight;
    if (now * ROW < grid.scrollTop) grid.scrollTop = now * ROW;
    if ((now + 1) * ROW > grid.scrollTop + room) grid.scrollTop = (now + 1) * ROW - room;
    draw(false);
  }

  function open() {
    if (shown.length > 0) show(pairs.cluster[shown[now]], [pairs.a[shown[now]], pairs.b[shown[now]]]);
  }

  function press(event) {
    if (event.target !== $("grid") || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(($("grid").clientHeight - $("head").offsetHeight) / ROW) - 1);
    const steps = { ArrowUp: now - 1, ArrowDown: now + 1, PageUp: now - page, PageDown: now + page, Home: 0, End: shown.length - 1 };
    if (event.key in steps) choose(steps[event.key]);
    else if (event.key === "Enter") open();
    else return;
    event.preventDefault();
  }

  function headingRow() {
    const cells = COLUMNS.map((column, at) => {
      const button = element("button", { type: "button", title: column.title ?? null }, column.name);
      button.addEventListener("click", () => sort(at));
      return element("div", { role: "columnheader", class: column.number ? "number" : null, "aria-sort": "none" }, button);
    });
    $("head").append(element("div", { role: "row", "aria-rowindex": 1 }, ...cells));
    $("grid").setAttribute("aria-colcount", COLUMNS.length);
  }

  headingRow();
  $("site-names").append(...sites.slice(0, 1000).map((site) => element("option", { value: site })));
  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(filter));
  $("grid").addEventListener("scroll", () => draw(false), { passive: true });
  $("grid").addEventListener("keydown", press);
  $("more").addEventListener("click", () => moreCards()?.querySelector("button")?.focus());
  addEventListener("resize", () => draw(false));
  moreCards();
  filter();
})();
