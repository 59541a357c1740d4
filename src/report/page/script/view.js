// --- The view of a cluster

const VIEW_ROWS = 60; // Documents in the timeline of an open cluster.
const STORYLINE_ROWS = 50; // Other clusters of a storyline.

let opened = null; // The cluster in the view, `at`, and the `pair` of documents chosen, if any.

function memberTable(cluster) {
  const rows = cluster.members.map(([doc, role, later]) =>
    element(
      "tr",
      {},
      element("td", {}, element("span", { class: `key ${role}` }), role),
      element("td", {}, isolated(siteOf(doc))),
      element("td", {}, moment(doc)),
      element("td", { class: "number" }, later === null ? "" : `+${hours(later)}`),
      element(
        "td",
        {},
        link(documents.url[doc], nameOf(doc)),
        element("br"),
        element("small", {}, isolated(documents.id[doc])),
      ),
      element("td", {}, isolated(documents.credit[doc])),
    ),
  );
  const names = ["Role", "Site", "Published", "After source", "Document", "Credit"];
  const heads = names.map((name) => element("th", { scope: "col" }, name));
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Members" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...rows),
    ),
  );
}

/** The other clusters of a storyline, the first one first. */
function storyline(at) {
  const { storyline } = clusters[at];
  const others = [...clusters.keys()].filter((i) => i !== at && clusters[i].storyline === storyline);
  if (storyline === null || others.length === 0) return [];
  others.sort((x, y) => ORDERS.oldest(x) - ORDERS.oldest(y) || x - y);
  const entry = (i) => {
    const open = element("a", { href: addressOf(withCluster(new URLSearchParams(), { at: i })) }, isolated(titleOf(clusters[i])));
    open.addEventListener("click", (event) => {
      event.preventDefault();
      show(i);
      remember();
    });
    return element("li", {}, open, ` (${sizeOf(clusters[i])})`);
  };
  return [
    element("h3", {}, "The same storyline"),
    element("p", {}, "Clusters that are linked to this one by documents that share text with both."),
    element("ul", {}, ...others.slice(0, STORYLINE_ROWS).map(entry)),
    others.length > STORYLINE_ROWS
      ? element("p", {}, `${counted(others.length - STORYLINE_ROWS, "more cluster")} not listed here.`)
      : "",
  ];
}

/** Shows a cluster and, if a pair is given, its two texts at the first passage they share. */
function show(at, pair) {
  const cluster = clusters[at];
  const left = cluster.documents - cluster.members.length;
  const known = new Set(cluster.members.map(([doc]) => doc));
  const others = (pair ?? []).filter((doc) => !known.has(doc)).map((doc) => [doc, "not listed"]);
  const isNarrow = matchMedia("(max-width: 44rem)").matches;
  opened = { at, pair };
  const { box, start } = sideBySide([...cluster.members, ...others], pair, (chosen) => {
    opened.pair = chosen;
    remember();
  });
  $("view-title").replaceChildren(isolated(titleOf(cluster)));
  $("view-body").replaceChildren(
    element("p", {}, `${sizeOf(cluster)}; cluster `, isolated(cluster.name)),
    element("p", {}, ...source(cluster)),
    element("h3", {}, "Texts side by side"),
    element(
      "p",
      { class: "printed" },
      "The texts are not printed; tick “Print the texts” for them.",
    ),
    box,
    element("h3", {}, "Times of publication"),
    timeline(cluster, VIEW_ROWS, isNarrow ? 360 : 760),
    element("h3", {}, "Members"),
    memberTable(cluster),
    ...storyline(at),
  );
  if (left > 0) {
    const more = `${counted(left, "more document")} not listed here; --members writes all.`;
    $("view-body").append(element("p", {}, more));
  }
  if (!$("view").open) $("view").showModal();
  $("view").scrollTop = 0;
  start();
  if (pair) box.scrollIntoView({ block: "nearest" });
  $("view-title").focus({ preventScroll: true });
}

/** Opens a cluster on request of the reader, so that "back" closes it. */
function openCluster(at, pair) {
  writeState();
  show(at, pair);
  history.pushState({ opened: true }, "", addressOf(stateOf()));
}

function closed() {
  if (!opened) return;
  const { at } = opened;
  opened = null;
  if (history.state?.opened) history.back();
  else writeState();
  // A view that a link opened leaves the focus nowhere.
  const focused = document.activeElement;
  if (focused === document.body || $("view").contains(focused))
    reveal(at)?.querySelector("button").focus();
}
