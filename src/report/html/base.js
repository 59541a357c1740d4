"use strict";
// Common to the scripts of all pages. Text from outside becomes a text node, never HTML.

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const counted = (n, noun) => `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);
const isolated = (text) => element("bdi", {}, text);

function link(url, text) {
  if (!url || !/^https?:\/\//.test(url)) return isolated(text);
  return element("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, isolated(text));
}

/** Marks the passage with this number in both texts and scrolls to it; 0 marks none. */
function showPassage(texts, passage) {
  for (const text of texts) {
    for (const mark of text.querySelectorAll("mark"))
      mark.classList.toggle("now", mark.dataset.passage === String(passage));
    const mark = text.querySelector("mark.now");
    if (mark)
      text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - 40;
  }
}
