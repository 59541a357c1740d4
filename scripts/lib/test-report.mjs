// What a reader does with a report page, done in Chromium. Run by scripts/test-report.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(join(process.env.TOOLS, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const scratch = mkdtempSync(join(tmpdir(), "report-"));
const DESK = { viewport: { width: 1280, height: 900 } };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** The page of a corpus: the path of one, or records. */
function report(name, corpus) {
  const page = join(scratch, `${name}.html`);
  let input = corpus;
  if (typeof corpus !== "string") {
    input = join(scratch, `${name}.jsonl`);
    writeFileSync(input, corpus.map((record) => JSON.stringify(record) + "\n").join(""));
  }
  execFileSync(process.env.WIRECOPY, ["scan", input, "-q", "-o", join(scratch, "pairs.csv"), "--report", page]);
  return page;
}

/** Opens a page; whatever it asks for or says is kept. */
async function open(browser, file, options = DESK, before = () => {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("dialog", (dialog) => (seen.errors.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  await before(page);
  await page.goto(`file://${file}`);
  return { page, seen, close: () => context.close() };
}

const status = (page) => page.textContent("#status");
const rows = (page) => page.$$eval("#rows [role=row]", (rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
const chosen = (page) => page.$eval("#grid", (grid) => Number(grid.getAttribute("aria-activedescendant")?.replace("row-", "")));

async function audited(page, where) {
  // The policy of the page lets no script in; the debugger comes by another door.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(grave.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)]), [], where);
  return violations.length;
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
  for (const [order, sign] of [["descending", -1], ["ascending", 1]]) {
    await jaccard.click();
    assert.equal(await page.locator(`[aria-sort=${order}]`).count(), 1);
    const values = (await rows(page)).map((row) => Number(row[1]));
    assert.deepEqual(values, [...values].sort((x, y) => sign * (x - y)));
  }

  await page.focus("#grid");
  for (const [key, at] of [["ArrowDown", 1], ["End", 41], ["Home", 0], ["PageDown", 13], ["ArrowUp", 12]]) {
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
  const [left, right] = await page.$$eval("#view .text", (texts) => texts.map((text) => text.querySelector("mark").textContent.slice(0, 60)));
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

  for (const [name, options] of Object.entries({
    light: { ...DESK, colorScheme: "light" },
    dark: { ...DESK, colorScheme: "dark" },
    phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  })) {
    const { page, close } = await open(browser, file, options);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: ${wide} pixels too wide`);
    await audited(page, name);
    if (process.env.SHOTS) {
      await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });
      await page.click("#cards button");
      await page.screenshot({ path: join(process.env.SHOTS, `${name}-cluster.png`) });
    }
    await close();
  }
  return `${(statSync(file).size / 1000).toFixed(0)} kB`;
}

async function hostile(browser) {
  const story = Array.from({ length: 80 }, (_, n) => `Word${n} <i>and</i> word${n * 7}.`).join(" ");
  const attacks = [
    "</script><script>window.hit=1</script>",
    '<img src="https://evil.example/x.png" onerror="window.hit=1">',
    '"><svg onload=window.hit=1><!--',
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<style>@import 'https://evil.example/x.css';*{background:url(https://evil.example/y)}</style>",
    "\u202etxt.exe\u2066\u2028\u0000",
  ];
  const urls = ["javascript:window.hit=1//", "data:text/html,<script>window.hit=1</script>", 'https://a.example/" onmouseover="window.hit=1', " javascript:window.hit=1", "vbscript:x", "https://b.example/</script>"];
  const records = attacks.map((field, n) => ({
    id: field + n, title: field, site: field + n, author: field, url: urls[n], canonical: urls[n], published: `2026-03-0${n + 1}T10:00:00Z`, text: `${field}\n${story}\n${field}`,
  }));
  const file = report("hostile", records);
  const { page, seen, close } = await open(browser, file);
  await page.fill("#search", "<script>");
  assert.match(await status(page), /pairs$/);
  await page.hover("#rows [role=row]");
  await page.click("#cards button");
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("img, iframe, object, embed, link, base").count(), 0);
  assert.ok((await page.textContent("#view-body")).includes(attacks[0]));
  const links = await page.$$eval("#view a", (links) => links.map((link) => [link.protocol, link.rel]));
  assert.ok(links.length > 0 && links.every(([protocol, rel]) => protocol === "https:" && rel === "noopener noreferrer"));
  assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(await page.evaluate(() => document.body.innerText)));
  assert.deepEqual(seen, { requests: [`file://${file}`], errors: [] });

  // Were something to get in, the policy would stop it.
  await page.evaluate(() => {
    const image = document.createElement("img");
    image.src = "https://evil.example/x.png";
    document.body.append(image);
    const script = document.createElement("script");
    try { script.text = "window.hit = 1"; document.body.append(script); } catch { /* trusted types */ }
  });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.ok(seen.errors.length > 0, "the policy refused them");
  await close();
}

async function large(browser) {
  // 327 stories of 18 copies each: 153 pairs a story.
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const records = [];
  for (let story = 0; story < 327; story++) {
    const words = Array.from({ length: 60 }, () => `w${Math.floor(random() * 1e9).toString(36)}`);
    for (let copy = 0; copy < 18; copy++) {
      const text = [...words, ...Array.from({ length: Math.floor(random() * 20) }, () => `x${Math.floor(random() * 1e9).toString(36)}`)].join(" ");
      records.push({ id: `${story}-${copy}`, site: `site${copy * 7 + (story % 7)}.example`, title: `Story ${story} ${words.slice(0, 5).join(" ")}`, published: new Date(1.77e12 + story * 6e6 + copy * 9e5).toISOString(), url: `https://site${copy}.example/${story}`, text });
    }
  }
  const file = report("large", records);
  const before = (page) => page.addInitScript(() => { window.longest = 0; new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (window.longest = Math.max(window.longest, duration)))).observe({ type: "longtask", buffered: true }); });
  const { page, seen, close } = await open(browser, file, DESK, before);
  assert.match(await status(page), /^50,000 pairs$/);
  assert.ok(await page.isVisible("#left-out"));
  await page.waitForTimeout(500);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const load = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd);
  const timed = (action, ...given) => page.evaluate(`(() => { const start = performance.now(); (${action})(${given.map((value) => JSON.stringify(value)).join(",")}); document.body.offsetHeight; return performance.now() - start; })()`);
  const set = (id, value) => { const input = document.getElementById(id); input.value = value; input.dispatchEvent(new Event("input", { bubbles: true })); };
  const press = (at) => document.querySelectorAll("[role=columnheader] button")[at].click();
  const scroll = (to) => { const grid = document.getElementById("grid"); grid.scrollTop = to; grid.dispatchEvent(new Event("scroll")); };
  const times = {
    "first search": await timed(set, "search", "story 12"),
    "search": await timed(set, "search", "story 123"),
    "scores": await timed(set, "jaccard-from", "0.8"),
    "no search": await timed(set, "search", ""),
    "sort by score": await timed(press, 1),
    "sort by title": await timed(press, 6),
    "scroll": await timed(scroll, 500000),
  };
  assert.ok((await page.locator("#rows [role=row]").count()) < 60, "few rows are drawn");
  for (const [what, time] of Object.entries(times)) assert.ok(time < 1000, `${what} took ${time} ms`);
  await page.focus("#grid");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#view"));
  assert.deepEqual(seen.errors, []);
  await close();
  const told = Object.entries(times).map(([what, time]) => `${what} ${time.toFixed(0)} ms`).join(", ");
  return `${(statSync(file).size / 1e6).toFixed(1)} MB; first paint ${paint?.toFixed(0)} ms, ready ${load.toFixed(0)} ms; ${told}`;
}

// Each launch has a fresh profile of its own.
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });
try {
  for (const test of [newsroom, hostile, large]) console.log(`${test.name}: ok`, (await test(browser)) ?? "");
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}
