// What pa11y finds wrong with a page that is open in a browser: look.cjs FOLDER PORT ADDRESS
// The folder holds pa11y; the browser listens on the port; the page is looked at as it stands.
"use strict";
const { createRequire } = require("module");
const [folder, port, address] = process.argv.slice(2);
const installed = createRequire(`${folder}/package.json`);

(async () => {
  const browser = await installed("puppeteer").connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
  const pages = await browser.pages();
  const page = pages.find((one) => one.url() === address);
  const found = await installed("pa11y")(address, { browser, page, ignoreUrl: true, standard: "WCAG2AA", timeout: 60000 });
  console.log(JSON.stringify(found.issues.map((each) => `${each.code}: ${each.message}: ${each.context}`)));
  await browser.disconnect();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
