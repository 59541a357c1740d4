// The documents of the page: their names, their times, and the words and sites to search for. Text
// from outside becomes a text node, never HTML.

const { sites, documents, pairs, clusters } = JSON.parse($("data").textContent);

const siteOf = (doc) => (documents.site[doc] === null ? "" : sites[documents.site[doc]]);
const nameOf = (doc) => documents.title[doc] || documents.id[doc];
const placeOf = (doc) => siteOf(doc) || documents.id[doc];

function cut(text, most) {
  const characters = [...text];
  return characters.length > most ? characters.slice(0, most - 1).join("") + "…" : text;
}

/** Time of publication as the document has it. One without a time zone has no "UTC". */
const moment = (doc) => documents.published[doc].replace("T", " ").replace("Z", " UTC");
const toTheMinute = (moment) => moment.replace(/(:\d\d):\d\d/, "$1");

/** A point in time, in milliseconds, to the minute and in UTC. */
const written = (time) => new Date(time).toISOString().slice(0, -8).replace("T", " ");

/** First and last millisecond at which a document can be published, if a date proves them. */
function interval(doc) {
  const [from, until] = [documents.from[doc], documents.until[doc]];
  return from === null || until === null ? null : [from * 1000, until * 1000];
}

function hours(value) {
  if (value === null || Number.isNaN(value)) return "";
  return value >= 72 ? `${(value / 24).toFixed(1)} d` : `${value.toFixed(1)} h`;
}

let haystack = null;

/** Tests whether some documents, taken together, have every word of a query. */
function matcher(query) {
  const words = new Set(query.toLowerCase().split(/\s+/).filter(Boolean));
  if (words.size === 0) return () => true;
  haystack ??= documents.id.map((id, doc) =>
    [id, siteOf(doc), documents.title[doc], documents.url[doc] ?? "", documents.credit[doc]]
      .join("\n")
      .toLowerCase(),
  );
  const found = [...words].map((word) => Uint8Array.from(haystack, (text) => text.includes(word)));
  return (docs) => found.every((has) => docs.some((doc) => has[doc]));
}

/** Tests whether a document is on the site of this name or, if no site has it, on one whose name
 * contains it; null without a name. */
function siteMatcher(name) {
  const wanted = name.trim().toLowerCase();
  if (wanted === "") return null;
  const names = sites.map((site) => site.toLowerCase());
  const equal = names.includes(wanted);
  const has = names.map((name) => (equal ? name === wanted : name.includes(wanted)));
  return (doc) => documents.site[doc] !== null && has[documents.site[doc]];
}

const agencies = new Map(); // By credit as written: "AP; Reuters (with staff)".

function agenciesOf(doc) {
  const credit = documents.credit[doc];
  if (!agencies.has(credit)) {
    const names = credit.replace(/ \((with staff|contributed)\)$/, "").split("; ");
    agencies.set(credit, names.filter(Boolean));
  }
  return agencies.get(credit);
}
