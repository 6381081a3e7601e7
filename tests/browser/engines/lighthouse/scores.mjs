// Ask Lighthouse about pages, each in a fresh context of one Chromium. Reads JSON from stdin: where
// Chromium is, its flags, the form (mobile or desktop), the categories, the pages as [address,
// cookies]. Writes JSON: of each page the address that was shown, the scores, the audits that failed.
import { text } from "node:stream/consumers";
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";

const ASSERTED = ["accessibility", "best-practices"];
const SCORED = ["binary", "numeric", "metricSavings", "error"]; // not what is only told, or does not apply
function failures({ audits, categories }) {
  const refs = ASSERTED.flatMap((name) => categories[name].auditRefs);
  return [...new Set(refs.map(({ id }) => id))]
    .map((id) => audits[id])
    .filter((audit) => SCORED.includes(audit.scoreDisplayMode) && !(audit.score >= 1))
    .map((audit) => {
      const items = audit.details?.items ?? [];
      const where = items.map((item) => item.node?.snippet ?? item.description ?? JSON.stringify(item));
      return [audit.id, audit.errorMessage ?? audit.title, ...where].join(" | ");
    });
}

async function ask(browser, { form, categories }, [address, cookies]) {
  const context = await browser.createBrowserContext();
  await context.setCookie(...cookies);
  const config = form === "desktop" ? desktopConfig : undefined;
  const flags = { onlyCategories: categories, disableFullPageScreenshot: true, logLevel: "error" };
  const { lhr } = await lighthouse(address, flags, config, await context.newPage());
  await context.close();
  if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
  const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]);
  return { shown: lhr.finalDisplayedUrl, scores: Object.fromEntries(scores), failed: failures(lhr) };
}

const order = JSON.parse(await text(process.stdin));
const browser = await puppeteer.launch({ executablePath: order.chromium, args: order.flags });
try {
  const results = [];
  for (const page of order.pages) results.push(await ask(browser, order, page));
  process.stdout.write(JSON.stringify(results));
} finally {
  await browser.close();
}
