// --- Clusters: the list, its filters and its order

const CARDS = 12; // Clusters that are added at a time.
const CARD_ROWS = 6; // Documents in the timeline of a card.

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

/** What each choice of an order sorts by, the smallest first; "" is the order of the tables. */
const ORDERS = {
  "": (at) => at,
  documents: (at) => -clusters[at].documents,
  sites: (at) => -clusters[at].sites,
  oldest: (at) => clusters[at].first ?? Infinity,
  newest: (at) => -(clusters[at].first ?? -Infinity),
  longest: (at) => -clusters[at].longest,
};

function source(cluster) {
  if (cluster.source === null && !cluster.source_site) {
    if (cluster.candidates.length === 0)
      return ["Source not known: nothing tells which was first."];
    const candidates = cluster.candidates.flatMap((candidate) => ["; ", isolated(candidate)]);
    return ["Source not known. It may be: ", ...candidates.slice(1)];
  }
  const why = cluster.basis.map((basis) => BASIS[basis] || basis).join(" and ");
  const sure = SURENESS[cluster.sureness];
  return [
    "Source: ",
    isolated(cluster.source_site || documents.id[cluster.source]),
    why ? ` (${why}${sure ? "; " + sure : ""})` : "",
  ];
}

function sizeOf(cluster) {
  const size = `${counted(cluster.documents, "document")} on ${counted(cluster.sites, "site")}`;
  const longest = `longest passage ${counted(cluster.longest, "word")}`;
  const quoted = cluster.quoted ? "; they share mostly quotations" : "";
  return `${size}, whole copies on ${number.format(cluster.whole_sites)}; ${longest}${quoted}`;
}

function titleOf(cluster) {
  const isWhole = (role) => role === "source" || role === "copy" || role === "revised";
  const lead = cluster.source ?? cluster.members.find(([, role]) => isWhole(role))?.[0];
  return lead === undefined ? cluster.name : nameOf(lead);
}

// Names in links. Long names are cut, so that two can be equal; the second one is called "name~2".
const numbered = new Map();
const keys = clusters.map(({ name }) => {
  numbered.set(name, (numbered.get(name) ?? 0) + 1);
  return numbered.get(name) > 1 ? `${name}~${numbered.get(name)}` : name;
});
const clusterOfKey = new Map(keys.map((key, at) => [key, at]));

let listed = []; // The clusters that pass the filters, in order.
let [firstCard, lastCard] = [0, 0]; // Those of them that have a card.

/** The clusters with a pair between two sites. As in the matrix, reworded pairs do not count. */
function sharing(here, there) {
  const found = new Set();
  pairs.cluster.forEach((cluster, i) => {
    if (pairs.relation[i] === "reworded") return;
    const [a, b] = [pairs.a[i], pairs.b[i]];
    if ((here(a) && there(b)) || (here(b) && there(a))) found.add(cluster);
  });
  return found;
}

function filterClusters() {
  const value = (name) => $("cluster-filters").elements[name].value;
  const hasWords = matcher(value("find"));
  const [site, other] = [siteMatcher(value("site")), siteMatcher(value("with"))];
  const between = site && other ? sharing(site, other) : null;
  const isThere = site ?? other;
  const [credit, quoted] = [value("credit"), value("quoted")];
  const [from, to] = [value("from"), value("to")];
  const isIn = (doc) => {
    const day = documents.published[doc].slice(0, 10);
    return documents.from[doc] !== null && (!from || day >= from) && (!to || day <= to);
  };
  const wanted = (cluster, at) => {
    const docs = cluster.members.map(([doc]) => doc);
    return (
      (!quoted || cluster.quoted === (quoted === "only")) &&
      (between ? between.has(at) : !isThere || docs.some(isThere)) &&
      (!credit || docs.some((doc) => agenciesOf(doc).includes(credit))) &&
      (!(from || to) || docs.some(isIn)) &&
      hasWords(docs)
    );
  };
  const keyOf = [...clusters.keys()].map(ORDERS[value("order")]);
  listed = [...clusters.keys()]
    .filter((at) => wanted(clusters[at], at))
    .sort((x, y) => clusters[x].quoted - clusters[y].quoted || keyOf[x] - keyOf[y] || x - y);
  tellClusters(value("site").trim(), value("with").trim());
  [firstCard, lastCard] = [0, Math.min(CARDS, listed.length)];
  drawCards();
}

/** Says how many clusters pass the filters, and of which two sites they are. */
function tellClusters(site, other) {
  const all = counted(clusters.length, "cluster");
  const some = `${number.format(listed.length)} of ${all}`;
  const told = [listed.length === clusters.length ? all : some];
  const two = site !== "" && other !== "";
  if (two) told.push(": those in which ", isolated(site), " and ", isolated(other), " share copy");
  $("cluster-status").replaceChildren(...told);
  $("clear-sites").hidden = !two;
  for (const cell of document.querySelectorAll(".matrix a")) {
    const here = two && cell.dataset.site === site && cell.dataset.with === other;
    if (here) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
  }
}

function card(at) {
  const cluster = clusters[at];
  const title = titleOf(cluster);
  const open = element("button", { type: "button", "aria-label": `Open ${title}` }, "Open");
  open.addEventListener("click", () => openCluster(at));
  return element(
    "li",
    { "data-cluster": at },
    element("h3", {}, isolated(title)),
    element("p", {}, sizeOf(cluster)),
    element("p", {}, ...source(cluster)),
    timeline(cluster, CARD_ROWS, 360),
    element(
      "div",
      { class: "steps" },
      open,
      copyButton(() => ({ at }), title),
    ),
  );
}

function drawCards() {
  $("cards").replaceChildren(...listed.slice(firstCard, lastCard).map(card));
  showMoreButtons();
}

function showMoreButtons() {
  $("more").hidden = lastCard === listed.length;
  $("before").hidden = firstCard === 0;
}

function cardsAfter() {
  const from = lastCard;
  lastCard = Math.min(lastCard + CARDS, listed.length);
  const added = listed.slice(from, lastCard).map(card);
  $("cards").append(...added);
  showMoreButtons();
  added[0]?.querySelector("button").focus();
}

function cardsBefore() {
  const to = firstCard;
  firstCard = Math.max(0, firstCard - CARDS);
  const added = listed.slice(firstCard, to).map(card);
  $("cards").prepend(...added);
  showMoreButtons();
  added.at(-1)?.querySelector("button").focus();
}

/** Shows the card of a cluster, if it passes the filters, however far down the list it is. */
function reveal(at) {
  const place = listed.indexOf(at);
  if (place >= 0 && (place < firstCard || place >= lastCard)) {
    firstCard = place - (place % CARDS);
    lastCard = Math.min(firstCard + CARDS, listed.length);
    drawCards();
  }
  const shown = $("cards").querySelector(`[data-cluster="${at}"]`);
  shown?.scrollIntoView({ block: "center" });
  return shown;
}

/** Makes each number of the matrix a link to the clusters of its two sites. */
function linkMatrix() {
  const names = [...document.querySelectorAll(".matrix tbody th")].map((head) => head.dataset.site);
  for (const [at, row] of [...document.querySelectorAll(".matrix tbody tr")].entries()) {
    for (const [other, cell] of [...row.querySelectorAll("td")].entries()) {
      if (cell.childNodes.length === 0) continue;
      const two = { site: names[at], with: names[other] };
      const link = element("a", {
        href: `#${new URLSearchParams(two)}`,
        "data-site": two.site,
        "data-with": two.with,
        "aria-label": `${two.site} and ${two.with}: ${cell.title}. Show the clusters.`,
      });
      link.append(...cell.childNodes);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        setSites(two.site, two.with);
        $("clusters").scrollIntoView();
        $("cluster-status").focus({ preventScroll: true });
      });
      cell.append(link);
    }
  }
}

function setSites(site, other) {
  const { elements } = $("cluster-filters");
  elements.site.value = site;
  elements.with.value = other;
  filterClusters();
  remember();
}

function startClusters() {
  const names = [...new Set([...documents.id.keys()].flatMap(agenciesOf))];
  names.sort((x, y) => (x < y ? -1 : 1));
  const { elements } = $("cluster-filters");
  elements.credit.parentElement.hidden = names.length === 0;
  elements.credit.append(...names.map((name) => element("option", {}, name)));
  $("site-names").append(...sites.slice(0, 1000).map((site) => element("option", { value: site })));
  filteredBy($("cluster-filters"), filterClusters);
  $("clear-sites").addEventListener("click", () => {
    setSites("", "");
    $("cluster-status").focus();
  });
  $("more").addEventListener("click", cardsAfter);
  $("before").addEventListener("click", cardsBefore);
  linkMatrix();
}
