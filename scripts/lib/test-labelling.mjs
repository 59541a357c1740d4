// Labels a sample in Chromium as a user does. Run by scripts/test-report.

import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
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

const sample = (name, corpus, flags = ["--sample", "50"]) =>
  made(name, corpus, (input, page) => ["tune", input, "-q", ...flags, "-o", page]);
const told = (page) => page.textContent("#told");
const title = (page) => page.textContent("#title");
const status = (page) => page.textContent("#status");
const pressed = (page) =>
  page.$$eval("[aria-pressed=true]", (buttons) => buttons.map((button) => button.id));
const ids = (page) =>
  page.$$eval(".about bdi:last-child", (ids) => ids.map((id) => id.textContent));

/** Returns the text of the file that an action saves. */
async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  assert.equal(download.suggestedFilename(), "labels.csv");
  return readFileSync(await download.path(), "utf8");
}

async function newsroom(browser) {
  const file = sample("newsroom", "data/newsroom.jsonl");
  const { page, seen, context, close } = await open(browser, file);
  assert.equal(await told(page), "0 of 45 labelled");
  assert.match(await page.textContent("#help"), /50 were asked for; there are no more/);
  assert.ok(await page.isDisabled("#save"));
  assert.ok(await page.isDisabled("#undo"));

  // Keyboard shortcuts.
  const first = await ids(page);
  await page.keyboard.press("y");
  assert.equal(await title(page), "Pair 2 of 45");
  assert.match(await status(page), /^Pair 1: same. Now pair 2/);
  const second = await ids(page);
  assert.notDeepEqual(first, second);
  await page.keyboard.press("n");
  await page.keyboard.press("?");
  assert.equal(await told(page), "3 of 45 labelled");
  await page.keyboard.press("u");
  assert.equal(await title(page), "Pair 3 of 45");
  assert.equal(await told(page), "2 of 45 labelled");
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual(await pressed(page), ["different"]);
  await page.keyboard.press("y");
  assert.equal(await title(page), "Pair 3 of 45");
  await page.keyboard.press("u");
  assert.deepEqual([await title(page), await pressed(page)], ["Pair 2 of 45", ["different"]]);
  await page.keyboard.press("Control+y");
  assert.deepEqual(await pressed(page), ["different"]);
  await page.uncheck("#keys");
  await page.keyboard.press("y");
  assert.deepEqual(await pressed(page), ["different"]);
  await page.check("#keys");

  // Passages.
  while (!/^[2-9]/.test(await page.textContent("#marks"))) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("p");
  await page.click("#mark");
  assert.match(await page.textContent("#marks"), /^2 of/);
  assert.match(await status(page), /^Passage 2 of/);
  const marks = await page.$$eval("mark.now", (marks) =>
    marks.map((mark) => mark.textContent.slice(0, 30)),
  );
  assert.ok(marks.length >= 2 && marks.every((mark) => mark !== ""));

  // After a reload, and in another tab, labelling continues at the same pair.
  const at = await title(page);
  await page.reload();
  assert.deepEqual([await title(page), await told(page)], [at, "2 of 45 labelled"]);
  assert.match(await status(page), /^Continued where you stopped/);
  const other = await watched(context, seen);
  await other.goto(`file://${file}`);
  assert.equal(await told(other), "2 of 45 labelled");
  await other.close();
  // Another sample starts from the beginning.
  const another = await watched(context, seen);
  await another.goto(
    `file://${sample("another", "data/newsroom.jsonl", ["--sample", "10", "--seed", "7"])}`,
  );
  assert.equal(await told(another), "0 of 10 labelled");
  await another.close();

  // Saving.
  const expected = (rows) => ["id_a,id_b,label", ...rows].map((row) => row + "\n").join("");
  const two = [`${first.join()},same`, `${second.join()},different`];
  assert.equal(await saved(page, () => page.click("#save")), expected(two));
  while ((await pressed(page)).length > 0) await page.keyboard.press("ArrowRight");
  for (let at = 0; at < 60 && (await told(page)) !== "45 of 45 labelled"; at++)
    await page.click(at % 2 ? "#unsure" : "#same");
  assert.match(await status(page), /All pairs have a label: save/);
  const rows = (await saved(page, () => page.keyboard.press("s"))).trim().split("\n");
  assert.equal(rows.length, 46);
  assert.deepEqual(rows.slice(1, 3), two);
  assert.equal(new Set(rows).size, 46);
  assert.ok(rows.slice(1).every((row) => /^[^,]+,[^,]+,(same|different|unsure)$/.test(row)));
  await page.click("#help summary");
  await page.click("#scores summary");
  await audited(page, "light");
  assert.deepEqual(
    [...new Set(seen.requests)].filter((url) => !/^(file|blob):/.test(url)),
    [],
  );
  assert.deepEqual(seen.errors, []);
  await close();

  for (const [name, options] of Object.entries(VIEWS)) {
    const { page, close } = await open(browser, file, options);
    await fits(page, name);
    const act = options.hasTouch ? "tap" : "click";
    await page[act]("#different");
    await page[act]("#next");
    await audited(page, name);
    await shot(page, `label-${name}`);
    await page[act]("#help summary");
    await fits(page, name);
    await shot(page, `label-${name}-help`, { fullPage: true });
    await close();
  }
  return `${(statSync(file).size / 1000).toFixed(0)} kB`;
}

/** Tests a browser without local storage, and one whose storage holds something else. */
async function storage(browser) {
  const file = sample("storage", "data/newsroom.jsonl");
  const { page, seen, close } = await open(browser, file, DESK, (page) =>
    page.addInitScript(() =>
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("no", "SecurityError");
        },
      }),
    ),
  );
  assert.ok(await page.isVisible("#refused"));
  await page.keyboard.press("y");
  assert.equal(await told(page), "1 of 45 labelled");
  assert.match(await saved(page, () => page.click("#save")), /same\n$/);
  assert.deepEqual(seen.errors, []);
  await close();

  const full = await open(browser, file, DESK, (page) =>
    page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    }),
  );
  assert.ok(await full.page.isVisible("#refused"));
  await full.page.keyboard.press("y");
  assert.equal(await told(full.page), "1 of 45 labelled");
  // Closing the page asks about unsaved labels.
  const asks = () =>
    full.page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
  assert.ok(await asks());
  await saved(full.page, () => full.page.click("#save"));
  assert.ok(!(await asks()));
  await full.close();

  for (const kept of [
    "no JSON",
    "null",
    "{}",
    '{"labels":["same"]}',
    JSON.stringify({ labels: new Array(45).fill("<b>") }),
    JSON.stringify({ labels: new Array(45).fill(""), now: 99, changes: [[77, "x"]] }),
  ]) {
    const { page, seen, close } = await open(browser, file, DESK, (page) =>
      page.addInitScript((kept) => (Storage.prototype.getItem = () => kept), kept),
    );
    assert.equal(await told(page), "0 of 45 labelled", kept);
    assert.equal(await title(page), "Pair 1 of 45", kept);
    assert.ok(await page.isDisabled("#undo"));
    assert.deepEqual(seen.errors, [], kept);
    await close();
  }
}

async function hostile(browser) {
  const formulas = HOSTILE.map((record, n) => ({
    ...record,
    id: ["=1+1", "+2", "-3", "@sum", 'a,"b"\nc', record.id][n],
  }));
  const file = sample("hostile", formulas);
  const { page, seen, close } = await open(browser, file);
  const count = Number((await told(page)).split(" ")[2]);
  assert.ok(count > 4, `${count}`);
  const texts = [];
  for (let at = 0; at < count; at++) {
    texts.push(await page.evaluate(() => document.body.innerText));
    for (const link of await page.$$eval("#texts a", (links) =>
      links.map((link) => [link.protocol, link.rel]),
    ))
      assert.deepEqual(link, ["https:", "noopener noreferrer"]);
    await page.keyboard.press("y");
  }
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("img, iframe, object, embed, link, base, svg").count(), 0);
  assert.ok(texts.some((text) => text.includes(ATTACKS[0])));
  assert.ok(texts.every((text) => !/[\u202a-\u202e\u2066-\u2069\u0000]/.test(text)));
  const csv = await saved(page, () => page.click("#save"));
  for (const neutral of ["'=1+1,", "'+2,", "'-3,", "'@sum,", '"a,""b""\nc",'])
    assert.ok(csv.includes(neutral), neutral);
  assert.ok(!/(^|,)"?[=+@-]/m.test(csv), csv);
  assert.deepEqual(
    [...new Set(seen.requests)].filter((url) => !/^(file|blob):/.test(url)),
    [],
  );
  assert.deepEqual(seen.errors, []);
  await refuses(page, seen);
  await close();
}

async function empty(browser) {
  const { page, seen, close } = await open(browser, sample("empty", [{ id: "1", text: "Alone." }]));
  assert.equal(await told(page), "There are no pairs to label.");
  await page.keyboard.press("y");
  assert.equal(await page.locator("button:enabled:visible").count(), 0);
  await audited(page, "empty");
  assert.deepEqual(seen.errors, []);
  await close();
}

async function reworded(browser) {
  const { page, seen, close } = await open(
    browser,
    sample("reworded", "data/reworded/articles.jsonl", ["--sample", "30", "--reworded"]),
  );
  while ((await page.textContent("#mark")) !== "Next sentence")
    await page.keyboard.press("ArrowRight");
  await page.keyboard.press("p");
  assert.equal(await page.locator(".two > :first-child mark.now").count(), 1);
  assert.ok((await page.locator(".two > :last-child mark.now").count()) >= 1);
  assert.match(await page.textContent("#help"), /corresponding sentences are marked/);
  await page.click("#scores summary");
  assert.match(await page.textContent("#measured"), /Score of reworded copy/);
  assert.deepEqual(seen.errors, []);
  await close();
}

/** Tests the maximum number of pairs, with long texts. */
async function large(browser) {
  const words = (story, count) =>
    Array.from({ length: count }, (_, n) => `w${((story + 1) * 7919 * (n + 1)) % 1000003}`).join(
      " ",
    );
  const records = Array.from({ length: 160 }, (_, n) => ({
    id: `${n}`,
    site: `site${n % 13}.example`,
    text: `${words(Math.floor(n / 10), 8000)} ${words(1000 + n, 800)}`,
  }));
  const file = sample("large", records, ["--sample", "500"]);
  const { page, seen, close } = await open(browser, file);
  assert.equal(await told(page), "0 of 500 labelled");
  const load = await page.evaluate(
    () => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  );
  const press = (key) =>
    page.evaluate((key) => {
      const start = performance.now();
      dispatchEvent(new KeyboardEvent("keydown", { key }));
      document.body.offsetHeight;
      return performance.now() - start;
    }, key);
  const times = {
    y: await press("y"),
    n: await press("n"),
    p: await press("p"),
    u: await press("u"),
  };
  for (const [key, time] of Object.entries(times)) assert.ok(time < 1000, `${key} took ${time} ms`);
  assert.ok((await page.locator(".gap").count()) >= 2);
  const size = statSync(file).size / 1e6;
  assert.ok(size < 20, `${size} MB`);
  assert.deepEqual(seen.errors, []);
  await close();
  return `${size.toFixed(1)} MB, ready ${load.toFixed(0)} ms; ${Object.entries(times)
    .map(([key, time]) => `${key} ${time.toFixed(0)} ms`)
    .join(", ")}`;
}

await run([newsroom, reworded, storage, hostile, empty, large]);
