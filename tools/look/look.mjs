// Opens pages in headless Chromium without network, as a phone and a desktop, light and dark: checks them with axe-core, that
// nothing is wider than the window and that nothing is fetched; writes screenshots. Arguments: a folder, then the pages.
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const [folder, ...pages] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let failed = 0;
for (const file of pages) {
  for (const width of [390, 1440]) {
    for (const scheme of ["light", "dark"]) {
      const page = await browser.newPage();
      const wanted = [];
      page.on("request", (request) => wanted.push(request.url()));
      page.on("pageerror", (error) => wanted.push(`script: ${error}`));
      page.on("console", (line) => line.type() === "error" && wanted.push(`console: ${line.text()}`));
      await page.setOfflineMode(true);
      await page.setBypassCSP(true); // for axe's script; the page's own policy allows its one script alone
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.setViewport({ width, height: 900 });
      await page.goto(pathToFileURL(resolve(file)).href);
      const tall = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.screenshot({ path: `${folder}/${basename(file)}-${width}-${scheme}.png`, clip: { x: 0, y: 0, width, height: Math.min(tall, 8000) }, captureBeyondViewport: true });
      if (!file.endsWith(".svg")) {
        for (const open of [false, true]) {
          await page.evaluate((is) => document.querySelectorAll("details").forEach((one) => (one.open = is || one.open)), open);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          if (wide > width) wanted.push(`${wide} px wide${open ? ", opened" : ""}`);
        }
        await page.evaluate(() => document.querySelectorAll("details:not([data-open])").forEach((one, index) => (one.open = index < 40)));
        await page.addScriptTag({ path: axe });
        const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
        for (const one of found.violations) wanted.push(`${one.impact} ${one.id}: ${one.help}: ${one.nodes.length}x ${one.nodes[0].target} ${one.nodes[0].failureSummary}`);
      }
      const bad = wanted.filter((one) => one !== pathToFileURL(resolve(file)).href);
      console.log(`${basename(file)} ${width} ${scheme}: ${bad.length ? bad.join("\n  ") : "ok"}`);
      failed += bad.length;
      await page.close();
    }
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
