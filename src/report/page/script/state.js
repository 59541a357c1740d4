// --- The state of the page, which is in the fragment of its address, so that a view can be linked:
// the fields of both forms by their names, the order of the pairs, and the cluster that is open.

const forms = [$("cluster-filters"), $("filters")];
const fields = () => forms.flatMap((form) => [...form.elements]).filter((field) => field.name);

function stateOf() {
  const state = new URLSearchParams();
  for (const { name, value } of fields()) {
    if (value.trim() !== "") state.set(name, value);
  }
  if (sorted) state.set("pair-order", (sorted.falls ? "-" : "") + COLUMNS[sorted.column].name);
  return opened ? withCluster(state, opened) : state;
}

function withCluster(state, { at, pair }) {
  state.set("cluster", keys[at]);
  if (pair) {
    state.set("left", documents.id[pair[0]]);
    state.set("right", documents.id[pair[1]]);
  }
  return state;
}

function addressOf(state) {
  const [page] = location.href.split("#");
  return String(state) === "" ? page : `${page}#${state}`;
}

let waiting = 0;

/** Writes the state to the address when no more changes come; browsers limit how often. */
function remember() {
  clearTimeout(waiting);
  waiting = setTimeout(writeState, 250);
}

function writeState() {
  clearTimeout(waiting);
  history.replaceState(history.state, "", addressOf(stateOf()));
}

/** Brings the page into the state of its address. */
function restore() {
  const written = location.hash.slice(1);
  if (written === String(stateOf())) return;
  if (written !== "" && !written.includes("=")) {
    // A link to a section of the page, which leaves the state as it is.
    if (String(stateOf()) !== "") writeState();
    return;
  }
  const state = new URLSearchParams(written);
  for (const field of fields()) {
    field.value = state.get(field.name) ?? "";
    if (field.selectedIndex < 0) field.value = "";
  }
  const by = state.get("pair-order") ?? "";
  const column = COLUMNS.findIndex(({ name }) => name === by.replace(/^-/, ""));
  sort(column < 0 ? null : { column, falls: by.startsWith("-") });
  filterClusters();
  restoreView(state);
}

function restoreView(state) {
  const key = state.get("cluster");
  const at = clusterOfKey.get(key);
  $("no-cluster").hidden = key === null || at !== undefined;
  $("no-cluster").replaceChildren("This page has no cluster ", isolated(key ?? ""), ".");
  if (at === undefined) {
    opened = null;
    if ($("view").open) $("view").close();
    return;
  }
  const docOf = (side) => documents.id.indexOf(state.get(side));
  const pair = [docOf("left"), docOf("right")];
  reveal(at);
  show(at, pair.includes(-1) ? undefined : pair);
}

/** Filters again whenever a field of the form changes. */
function filteredBy(form, filter) {
  const changed = () => {
    filter();
    remember();
  };
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
}

/** A button that copies the address of a cluster, and of a pair in it. */
function copyButton(what, title) {
  const button = element("button", { type: "button" });
  const name = (text, label) => {
    button.textContent = text;
    button.setAttribute("aria-label", label);
  };
  const reset = () => name("Copy link", `Copy link to ${title}`);
  button.addEventListener("click", async () => {
    const address = addressOf(withCluster(new URLSearchParams(), what()));
    try {
      await navigator.clipboard.writeText(address);
      name("Link copied", "Link copied");
      setTimeout(reset, 2000);
    } catch {
      prompt("Copy this link:", address);
    }
  });
  reset();
  return button;
}
