// Uses a report page in Chromium as a reader does. Run by scripts/test-report.

import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ATTACKS,
  audited,
  DESK,
  fits,
  HOSTILE,
  made,
  open,
  refuses,
  run,
  scratch,
  shot,
  VIEWS,
  watched,
} from "./browser.mjs";

const report = (name, corpus, flags = []) =>
  made(name, corpus, (input, page) => [
    "scan",
    input,
    "-q",
    "-o",
    join(scratch, "pairs.csv"),
    "--report",
    page,
    ...flags,
  ]);
const status = (page) => page.textContent("#status");
const rows = (page) =>
  page.$$eval("#rows [role=row]", (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent)),
  );
const chosen = (page) =>
  page.$eval("#grid", (grid) =>
    Number(grid.getAttribute("aria-activedescendant")?.replace("row-", "")),
  );

const clusterStatus = (page) => page.textContent("#cluster-status");
const titles = (page) => page.$$eval("#cards h3", (heads) => heads.map((head) => head.textContent));
const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash.replace(/\+/g, " ")));

/** Numbers of the selected passages that can be seen in their texts and on the screen. */
const visibleMarks = (page) =>
  page.$$eval("#view mark.now", (marks) =>
    marks
      .filter((mark) => {
        const [inside, outside] = [mark, mark.closest(".text")].map((box) =>
          box.getBoundingClientRect(),
        );
        const isSeen = inside.top >= outside.top && inside.top < outside.bottom;
        return isSeen && inside.top > 0 && inside.top < innerHeight;
      })
      .map((mark) => mark.dataset.passage),
  );

/** Tests search, order, filters and links of the clusters. */
async function clusters(browser) {
  const file = report("clusters", "data/newsroom.jsonl");
  const { page, seen, context, close } = await open(browser, file);
  assert.equal(await clusterStatus(page), "15 clusters");
  const ranked = await titles(page);

  // Words of different members and fields.
  await page.fill("#cluster-filters [name=find]", "strike harborledger");
  assert.match(await clusterStatus(page), /^[1-3] of 15 clusters$/);
  await page.selectOption("#cluster-filters [name=order]", "oldest");
  await page.fill("#search", "strike");
  await page.click("[role=columnheader] button >> text=Jaccard");
  await page.waitForFunction(() => location.hash.includes("pair-order"));
  assert.equal(
    await hash(page),
    "#find=strike harborledger&order=oldest&pair-find=strike&pair-order=-Jaccard",
  );
  const [found, pairs, rowsNow] = [await clusterStatus(page), await status(page), await rows(page)];
  const linked = await watched(context, seen);
  await linked.goto(await page.url());
  assert.equal(await clusterStatus(linked), found);
  assert.equal(await status(linked), pairs);
  assert.deepEqual(await rows(linked), rowsNow);
  // A link to a section keeps the view in the address.
  await linked.click("nav a[href='#scores']");
  await linked.waitForFunction(() => location.hash.includes("find=strike"));
  await linked.close();
  await page.click("#cluster-filters [type=reset]");
  await page.click("#filters [type=reset]");
  await page.waitForFunction(() => !location.hash.includes("find"));
  assert.deepEqual(await titles(page), ranked);

  const numbers = (pattern) =>
    page.$$eval(
      "#cards p:nth-of-type(1)",
      (sizes, pattern) => sizes.map((size) => Number(size.textContent.match(pattern)[1])),
      pattern,
    );
  for (const [order, pattern] of [
    ["documents", "^(\\d+) documents"],
    ["sites", "on (\\d+) site"],
    ["longest", "passage (\\d+) word"],
  ]) {
    await page.selectOption("#cluster-filters [name=order]", order);
    const values = await numbers(pattern);
    assert.deepEqual(
      values,
      [...values].sort((x, y) => y - x),
      order,
    );
  }
  await page.click("#cluster-filters [type=reset]");
  await page.fill("#cluster-filters [name=from]", "2026-03-03");
  await page.fill("#cluster-filters [name=to]", "2026-03-03");
  const thatDay = Number((await clusterStatus(page)).split(" ")[0]);
  assert.ok(thatDay > 0 && thatDay < 15, thatDay);
  await page.click("#cluster-filters [type=reset]");
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests the links between the clusters of a storyline. */
async function storylines(browser) {
  const words = (from, count) =>
    Array.from({ length: count }, (_, at) => `word${from + at}`).join(" ");
  const records = [0, 1, 2].flatMap((week) => {
    const background = week > 0 ? words(1000 * (week - 1) + 20, 80) : "";
    const text = `${words(1000 * week, 150)} ${background}`;
    const published = `2026-03-0${week + 1}T08:00:00Z`;
    return ["a", "b"].map((site) => ({
      id: `week${week}-${site}`,
      site: `${site}.example`,
      title: `Week ${week}`,
      published,
      text,
    }));
  });
  const { page, seen, close } = await open(browser, report("storyline", records));
  await page.click("#cards li[data-cluster='0'] button");
  const linked = () => page.$$eval("#view-body ul a", (links) => links.map((a) => a.textContent));
  assert.deepEqual(await linked(), ["Week 1", "Week 2"]);
  await page.click("#view-body ul a >> text=Week 2");
  assert.equal(await page.textContent("#view-title"), "Week 2");
  assert.deepEqual(await linked(), ["Week 0", "Week 1"]);
  await page.waitForFunction(() => location.hash.includes("week2"));
  await audited(page, "storyline");
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests the filters by credit and quotations. */
async function credits(browser) {
  const words = (from) => Array.from({ length: 90 }, (_, n) => `word${from + n}`).join(" ");
  const record = (id, text, author) => ({ id, site: `${id}.example`, author, text });
  const file = report("credits", [
    record("a", words(100), "Reuters"),
    record("b", words(100), "Reuters"),
    record("c", words(300)),
    record("d", `${words(300)} by the staff of this paper`),
    record("e", `${words(400)} \u201c${words(500)}\u201d`),
    record("f", `${words(600)} \u201c${words(500)}\u201d`),
  ]);
  const { page, seen, close } = await open(browser, file);
  assert.equal(await clusterStatus(page), "3 clusters");
  const last = page.locator("#cards li").last();
  assert.match(await last.textContent(), /they share mostly quotations/);
  for (const [field, value, found] of [
    ["credit", "Reuters", 1],
    ["quoted", "only", 1],
    ["quoted", "without", 2],
  ]) {
    await page.selectOption(`#cluster-filters [name=${field}]`, value);
    assert.equal(await clusterStatus(page), `${found} of 3 clusters`, value);
    await page.click("#cluster-filters [type=reset]");
  }
  for (const order of ["documents", "sites", "oldest", "newest", "longest"]) {
    await page.selectOption("#cluster-filters [name=order]", order);
    assert.match(await last.textContent(), /they share mostly quotations/, order);
  }
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests that each number of the matrix leads to its clusters, also by keyboard. */
async function matrix(browser) {
  const { page, seen, close } = await open(browser, report("matrix", "data/newsroom.jsonl"));
  const cells = await page.locator(".matrix td a").count();
  assert.ok(cells > 5, cells);
  for (let at = 0; at < cells; at++) {
    const cell = page.locator(".matrix td a").nth(at);
    const [, site, other, clusters] = (await cell.getAttribute("aria-label")).match(
      /^(\S+) and (\S+): .* in (\d+) clusters/,
    );
    await cell.focus();
    await page.keyboard.press("Enter");
    const told = await clusterStatus(page);
    assert.ok(told.endsWith(`clusters: those in which ${site} and ${other} share copy`), told);
    assert.ok(Number(told.split(" ")[0]) >= Number(clusters), told);
    assert.equal(await page.locator(".matrix a[aria-current]").count(), 1);
    assert.equal(await page.evaluate(() => document.activeElement.id), "cluster-status");
    const named = await page.$$eval("#cards li", (cards) => cards.map((card) => card.textContent));
    assert.ok(named.every((card) => card.includes(site) && card.includes(other)));
  }
  await page.waitForFunction(() => location.hash.startsWith("#site="));
  await audited(page, "two sites");
  await page.click("#clear-sites");
  assert.equal(await clusterStatus(page), "15 clusters");
  assert.equal(await page.locator(".matrix a[aria-current]").count(), 0);
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests the link of every cluster, and the history. */
async function links(browser) {
  const file = report("links", "data/newsroom.jsonl");
  const { page, seen, context, close } = await open(browser, file);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.click("#more");
  const copied = [];
  for (const button of await page.locator("#cards button:nth-child(2)").all()) {
    await button.click();
    copied.push(await page.evaluate(() => navigator.clipboard.readText()));
  }
  assert.equal(new Set(copied).size, 15);
  const all = await titles(page);
  for (const [at, address] of copied.entries()) {
    const linked = await watched(context, seen);
    await linked.goto(address);
    assert.ok(await linked.isVisible("#view"), address);
    assert.equal(await linked.textContent("#view-title"), all[at]);
    await linked.keyboard.press("Escape");
    // The card is on the page, however far down the list it is.
    assert.ok((await titles(linked)).includes(all[at]));
    await linked.waitForFunction(() => document.activeElement.textContent === "Open");
    assert.equal(await linked.evaluate(() => location.hash), "");
    await linked.close();
  }
  // "Back" closes what was opened and "forward" opens it again.
  await page.locator("#cards button").first().click();
  assert.ok((await hash(page)).startsWith("#cluster="));
  await page.goBack();
  assert.ok(!(await page.isVisible("#view")));
  await page.goForward();
  assert.ok(await page.isVisible("#view"));
  await page.locator("#view select").nth(1).selectOption({ index: 2 });
  await page.waitForFunction(() => location.hash.includes("right="));
  const chosen = await page.$$eval("#view select", (both) => both.map((one) => one.value));
  await page.click("#view-copy button");
  const pair = await watched(context, seen);
  await pair.goto(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual(
    await pair.$$eval("#view select", (both) => both.map((one) => one.value)),
    chosen,
  );
  await pair.close();
  await page.goto("about:blank");
  await page.goto(`file://${file}#cluster=${encodeURIComponent("<b>none</b>")}`);
  assert.equal(await page.textContent("#no-cluster"), "This page has no cluster <b>none</b>.");
  assert.ok(!(await page.isVisible("#view")));
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests that a timeline places only what dates prove. */
async function dates(browser) {
  const words = Array.from({ length: 120 }, (_, n) => `word${(n * 7919) % 1000}`).join(" ");
  const published = {
    "exact.example": "2026-03-03T10:00:00Z",
    "day.example": "2026-03-03",
    "midnight.example": "2026-03-04T00:00:00Z",
    "local.example": "2026-03-03 20:30:00",
    "late.example": "2026-03-09T09:30:00Z",
    "epoch.example": "1970-01-01T00:00:00Z",
    "none.example": undefined,
  };
  const records = Object.entries(published).map(([site, published]) => {
    return { id: `at ${site}`, site, published, text: `${words} ${site}` };
  });
  const { page, seen, close } = await open(browser, report("dates", records));
  const card = page.locator("#cards li");
  assert.equal(await card.locator("svg circle").count(), 2);
  const bars = await card.locator("svg rect title").allTextContents();
  assert.equal(bars.length, 3);
  const day = "between 2026-03-02 10:00 and 2026-03-04 12:00 UTC";
  assert.ok(
    bars.some((bar) => bar.startsWith("2026-03-03,") && bar.endsWith(day)),
    bars.join(),
  );
  const undated = await card.locator(".undated").textContent();
  assert.match(undated, /^Without a usable date: /);
  assert.ok(undated.includes("none.example (no date)"), undated);
  assert.ok(undated.includes("epoch.example (1970-01-01 00:00:00 UTC is no evidence)"), undated);
  const orders = (await rows(page)).map((row) => [row[5], row[9 - 1], row[10], row[11]]);
  for (const [site, other, order, lag] of orders) {
    const isKnown = [site, other].includes("late.example") && !/epoch|none/.test(site + other);
    assert.equal(order, isKnown ? "a first" : "not known", `${site} ${other}`);
    assert.equal(lag !== "", isKnown && site === "exact.example", `${site} ${other} ${lag}`);
  }
  await card.locator("button").first().click();
  await audited(page, "dates");
  await shot(page, "dates");
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests that printing gives what is open and says what it leaves out. */
async function printing(browser) {
  const { page, seen, close } = await open(browser, report("printing", "data/newsroom.jsonl"));
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("#rows [role=row]").count(), 42);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.textContent("#printed-cards"), "3 more clusters not printed.");
  assert.ok(await page.isVisible("#printed-cards"));
  const height = await page.$eval("#grid", (grid) => [grid.clientHeight, grid.scrollHeight]);
  assert.equal(height[0], height[1]);
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok((await page.locator("#rows [role=row]").count()) < 42);
  await page.locator("#cards button").first().click();
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.isVisible("#view table"));
  assert.ok(!(await page.isVisible("#pairs")));
  assert.ok(!(await page.isVisible("#view .text")));
  assert.ok(await page.isVisible("text=The texts are not printed"));
  await page.emulateMedia({ media: "screen" });
  await page.check("#print-texts");
  await page.emulateMedia({ media: "print" });
  for (const text of await page.$$eval("#view .text", (all) =>
    all.map((one) => [one.clientHeight, one.scrollHeight]),
  ))
    assert.equal(text[0], text[1]);
  assert.deepEqual(seen.errors, []);
  await close();
}

async function newsroom(browser) {
  const file = report("newsroom", "data/newsroom.jsonl");
  const { page, seen, close } = await open(browser, file);
  assert.equal(await status(page), "42 pairs");
  await page.selectOption("#relation", "exact");
  assert.equal(await status(page), "11 of 42 pairs");
  await page.fill("#search", "strike");
  assert.match(await status(page), /^\d of 42 pairs$/);
  await page.click("#filters [type=reset]");
  await page.waitForFunction(() => document.getElementById("status").textContent === "42 pairs");
  await page.selectOption("#across", "across");
  assert.equal(await status(page), "37 of 42 pairs");
  await page.fill("#jaccard-from", "0.9");
  assert.ok((await rows(page)).every((row) => Number(row[1]) >= 0.9));
  await page.click("#filters [type=reset]");
  await page.waitForFunction(() => document.getElementById("status").textContent === "42 pairs");

  const jaccard = page.locator("[role=columnheader] button", { hasText: "Jaccard" });
  for (const [order, sign] of [
    ["descending", -1],
    ["ascending", 1],
  ]) {
    await jaccard.click();
    assert.equal(await page.locator(`[aria-sort=${order}]`).count(), 1);
    const values = (await rows(page)).map((row) => Number(row[1]));
    assert.deepEqual(
      values,
      [...values].sort((x, y) => sign * (x - y)),
    );
  }

  await page.focus("#grid");
  for (const [key, at] of [
    ["ArrowDown", 1],
    ["End", 41],
    ["Home", 0],
    ["PageDown", 13],
    ["ArrowUp", 12],
  ]) {
    await page.keyboard.press(key);
    if (key === "PageDown") assert.ok((await chosen(page)) > 5);
    else if (key !== "ArrowUp") assert.equal(await chosen(page), at);
    assert.equal(await page.locator("#rows .now").count(), 1, key);
  }
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#view"));
  assert.equal(await page.locator("#view .text").count(), 2);
  assert.deepEqual(await visibleMarks(page), ["1", "1"]);
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("#view")));
  assert.equal(await page.evaluate(() => document.activeElement.id), "grid");

  await page.click("#cards button");
  assert.ok((await page.locator("#view mark").count()) >= 2);
  const [left, right] = await page.$$eval("#view .text", (texts) =>
    texts.map((text) => text.querySelector("mark").textContent.slice(0, 60)),
  );
  assert.equal(left, right);
  await page.click("text=Next passage");
  assert.equal(await page.locator("#view mark.now").count(), 2);
  await audited(page, "a cluster");
  await page.click("#close");
  await page.waitForFunction(() => !location.hash.includes("cluster"));
  await page.click("#more");
  assert.equal(await page.locator("#cards li").count(), 15);
  await audited(page, "light");
  assert.deepEqual(seen, { requests: [`file://${file}`], errors: [] });
  await close();

  for (const [name, options] of Object.entries(VIEWS)) {
    const { page, close } = await open(browser, file, options);
    await fits(page, name);
    await audited(page, name);
    await shot(page, name, { fullPage: true });
    await page.click("#cards button");
    await shot(page, `${name}-cluster`);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 320, height: 640 });
    await fits(page, `${name}, narrow`);
    await close();
  }
  return `${(statSync(file).size / 1000).toFixed(0)} kB`;
}

async function reworded(browser) {
  const { page, seen, close } = await open(
    browser,
    report("reworded", "data/reworded/articles.jsonl", ["--reworded"]),
  );
  await page.selectOption("#relation", "reworded");
  const [found] = (await status(page)).split(" ");
  assert.ok(Number(found) > 20, found);
  assert.ok((await rows(page)).every((row) => row[0] === "reworded" && Number(row[5]) > 0.9));
  await page.click("[role=columnheader] button >> text=Reworded");
  await audited(page, "reworded");
  await shot(page, "reworded", { fullPage: true });
  assert.deepEqual(seen.errors, []);
  await close();
}

async function hostile(browser) {
  const file = report("hostile", HOSTILE);
  const { page, seen, close } = await open(browser, file);
  await page.fill("#search", "<script>");
  assert.match(await status(page), /pairs$/);
  await page.hover("#rows [role=row]");
  await page.click("#cards button");
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("img, iframe, object, embed, link, base").count(), 0);
  assert.ok((await page.textContent("#view-body")).includes(ATTACKS[0]));
  const links = await page.$$eval("#view a", (links) =>
    links.map((link) => [link.protocol, link.rel]),
  );
  assert.ok(
    links.length > 0 &&
      links.every(([protocol, rel]) => protocol === "https:" && rel === "noopener noreferrer"),
  );
  assert.ok(
    !/[\u202a-\u202e\u2066-\u2069]/.test(await page.evaluate(() => document.body.innerText)),
  );
  // Whatever the address has in it, it is the value of a field or a name to look for.
  const address =
    "#find=<img src=x onerror=window.hit=1>&order=__proto__&quoted=x&site=%ZZ&from=never" +
    "&jaccard-from=x&pair-order=-__proto__&cluster=<script>window.hit=1</script>&left=__proto__";
  await page.evaluate((address) => (location.hash = address), address);
  await page.waitForFunction(() => !document.getElementById("no-cluster").hidden);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.deepEqual(seen, { requests: [`file://${file}`], errors: [] });
  await refuses(page, seen);
  await close();
}

async function large(browser) {
  // 327 stories of 18 copies each; each story has 153 pairs.
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const records = [];
  for (let story = 0; story < 327; story++) {
    const words = Array.from({ length: 60 }, () => `w${Math.floor(random() * 1e9).toString(36)}`);
    for (let copy = 0; copy < 18; copy++) {
      const text = [
        ...words,
        ...Array.from(
          { length: Math.floor(random() * 20) },
          () => `x${Math.floor(random() * 1e9).toString(36)}`,
        ),
      ].join(" ");
      records.push({
        id: `${story}-${copy}`,
        site: `site${copy * 7 + (story % 7)}.example`,
        title: `Story ${story} ${words.slice(0, 5).join(" ")}`,
        published: new Date(1.77e12 + story * 6e6 + copy * 9e5).toISOString(),
        url: `https://site${copy}.example/${story}`,
        text,
      });
    }
  }
  const file = report("large", records);
  const before = (page) =>
    page.addInitScript(() => {
      window.longest = 0;
      new PerformanceObserver((list) =>
        list
          .getEntries()
          .forEach(({ duration }) => (window.longest = Math.max(window.longest, duration))),
      ).observe({ type: "longtask", buffered: true });
    });
  const { page, seen, close } = await open(browser, file, DESK, before);
  assert.match(await status(page), /^50,000 pairs$/);
  assert.ok(await page.isVisible("#left-out"));
  await page.waitForTimeout(500);
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
  const load = await page.evaluate(
    () => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  );
  // Reading offsetHeight forces the layout, so that it is timed too.
  const timed = (action, ...given) => {
    const values = given.map((value) => JSON.stringify(value)).join(",");
    return page.evaluate(`(() => {
      const start = performance.now();
      (${action})(${values});
      document.body.offsetHeight;
      return performance.now() - start;
    })()`);
  };
  const set = (id, value) => {
    const input = document.getElementById(id);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const setOfClusters = (name, value) => {
    const input = document.getElementById("cluster-filters").elements[name];
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const press = (at) => document.querySelectorAll("[role=columnheader] button")[at].click();
  const scroll = (to) => {
    const grid = document.getElementById("grid");
    grid.scrollTop = to;
    grid.dispatchEvent(new Event("scroll"));
  };
  const times = {
    "first search": await timed(set, "search", "story 12"),
    search: await timed(set, "search", "story 123"),
    scores: await timed(set, "jaccard-from", "0.8"),
    "no search": await timed(set, "search", ""),
    "sort by score": await timed(press, 1),
    "sort by title": await timed(press, 6),
    scroll: await timed(scroll, 500000),
    "search clusters": await timed(setOfClusters, "find", "story 123"),
    "sort clusters": await timed(setOfClusters, "order", "longest"),
    "clusters of two sites": await timed(
      (site, other) => {
        const { elements } = document.getElementById("cluster-filters");
        [elements.site.value, elements.with.value] = [site, other];
        elements.find.value = "";
        elements.site.dispatchEvent(new Event("input", { bubbles: true }));
      },
      "site10.example",
      "site24.example",
    ),
  };
  assert.ok((await page.locator("#rows [role=row]").count()) < 60, "few rows are drawn");
  for (const [what, time] of Object.entries(times))
    assert.ok(time < 1000, `${what} took ${time} ms`);
  await page.focus("#grid");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#view"));
  // A text that is not on the page is named, with what is known of its pair.
  const body = await page.textContent("#view-body");
  assert.match(body, /Jaccard 0\.\d{4}.*The text of .* cannot be read here/);
  assert.deepEqual(seen.errors, []);
  await close();
  const told = Object.entries(times)
    .map(([what, time]) => `${what} ${time.toFixed(0)} ms`)
    .join(", ");
  const size = `${(statSync(file).size / 1e6).toFixed(1)} MB`;
  return `${size}; first paint ${paint?.toFixed(0)} ms, ready ${load.toFixed(0)} ms; ${told}`;
}

/** Tests the pages without scripts: an explanation, and the curves of tune. */
async function scriptless(browser) {
  const labels = join(scratch, "labels.csv");
  writeFileSync(
    labels,
    "id_a,id_b,label\nmn-0303-ruling,tp-0304-ruling,same\n" +
      "mn-0303-ruling,mn-0303-outage,different\n",
  );
  const pages = {
    explanation: (input, page) => [
      "explain",
      "mn-0303-ruling",
      "tp-0304-ruling",
      input,
      "-o",
      page,
    ],
    choices: (input, page) => [
      "tune",
      input,
      "-q",
      "--labels",
      labels,
      "-o",
      join(scratch, "choices.csv"),
      "--report",
      page,
    ],
  };
  for (const [name, command] of Object.entries(pages)) {
    const file = made(name, "data/newsroom.jsonl", command);
    for (const [view, options] of Object.entries(VIEWS)) {
      const { page, seen, close } = await open(browser, file, options);
      await fits(page, `${name}, ${view}`);
      assert.equal(await page.locator("script").count(), 0);
      await audited(page, `${name}, ${view}`);
      await shot(page, `${name}-${view}`, { fullPage: true });
      assert.deepEqual(seen, { requests: [`file://${file}`], errors: [] });
      await close();
    }
  }
}

await run([
  newsroom,
  clusters,
  storylines,
  credits,
  matrix,
  links,
  dates,
  printing,
  reworded,
  scriptless,
  hostile,
  large,
]);
