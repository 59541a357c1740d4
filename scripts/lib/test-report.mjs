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
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("#view")));

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
  };
  assert.ok((await page.locator("#rows [role=row]").count()) < 60, "few rows are drawn");
  for (const [what, time] of Object.entries(times))
    assert.ok(time < 1000, `${what} took ${time} ms`);
  await page.focus("#grid");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#view"));
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

await run([newsroom, reworded, scriptless, hostile, large]);
