// Makes pages of wirecopy, opens them in Chromium and audits them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(join(process.env.TOOLS, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const scratch = mkdtempSync(join(tmpdir(), "report-"));
export const DESK = { viewport: { width: 1280, height: 900 } };
export const VIEWS = {
  light: { ...DESK, colorScheme: "light" },
  dark: { ...DESK, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Makes a page with a command from a corpus, given as a path or as records. */
export function made(name, corpus, command) {
  const page = join(scratch, `${name}.html`);
  let input = corpus;
  if (typeof corpus !== "string") {
    input = join(scratch, `${name}.jsonl`);
    writeFileSync(input, corpus.map((record) => JSON.stringify(record) + "\n").join(""));
  }
  execFileSync(process.env.WIRECOPY, command(input, page));
  return page;
}

/** Opens a page in a context of its own and records its requests and errors. */
export async function open(browser, file, options = DESK, before = () => {}) {
  const context = await browser.newContext(options);
  const seen = { requests: [], errors: [] };
  const page = await watched(context, seen);
  await before(page);
  await page.goto(`file://${file}`);
  return { page, seen, context, close: () => context.close() };
}

/** Opens another page of a context and records its requests and errors. */
export async function watched(context, seen) {
  const page = await context.newPage();
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("dialog", (dialog) => (seen.errors.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  return page;
}

/** Asserts that the page has no serious accessibility violation; returns the number of others. */
export async function audited(page, where) {
  // The content security policy of the page blocks scripts, but not those of the debugger.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(
    grave.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)]),
    [],
    where,
  );
  return violations.length;
}

/** Asserts that the page is not wider than the screen. */
export async function fits(page, where) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${where}: ${wide} pixels too wide`);
}

/** Saves a screenshot if SHOTS names a directory. */
export async function shot(page, name, options = {}) {
  if (process.env.SHOTS)
    await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), ...options });
}

/** Asserts that the content security policy stops injected images and scripts. */
export async function refuses(page, seen) {
  await page.evaluate(() => {
    const image = document.createElement("img");
    image.src = "https://evil.example/x.png";
    document.body.append(image);
    const script = document.createElement("script");
    try {
      script.text = "window.hit = 1";
      document.body.append(script);
    } catch {
      /* trusted types */
    }
  });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.ok(seen.errors.length > 0, "the policy refused them");
}

const STORY = Array.from({ length: 80 }, (_, n) => `Word${n} <i>and</i> word${n * 7}.`).join(" ");
export const ATTACKS = [
  "</script><script>window.hit=1</script>",
  '<img src="https://evil.example/x.png" onerror="window.hit=1">',
  '"><svg onload=window.hit=1><!--',
  "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
  "<style>@import 'https://evil.example/x.css';*{background:url(https://evil.example/y)}</style>",
  "\u202etxt.exe\u2066\u2028\u0000",
];
const URLS = [
  "javascript:window.hit=1//",
  "data:text/html,<script>window.hit=1</script>",
  'https://a.example/" onmouseover="window.hit=1',
  " javascript:window.hit=1",
  "vbscript:x",
  "https://b.example/</script>",
];

/** Records in which every field attempts an injection. */
export const HOSTILE = ATTACKS.map((field, n) => ({
  id: field + n,
  title: field,
  site: field + n,
  author: field,
  url: URLS[n],
  canonical: URLS[n],
  published: `2026-03-0${n + 1}T10:00:00Z`,
  text: `${field}\n${STORY}\n${field}`,
}));

/** Runs tests in a browser with a fresh profile. */
export async function run(tests) {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
  });
  try {
    for (const test of tests) console.log(`${test.name}: ok`, (await test(browser)) ?? "");
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true });
  }
}
