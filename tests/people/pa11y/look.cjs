// What pa11y finds wrong with pages that are open in a browser: look.cjs FOLDER PORT
// The folder holds pa11y; the browser listens on the port. Each line of the input is the address of a page, which is looked at as it
// stands; the answer is one line.
"use strict";
const { createRequire } = require("module");
const readline = require("readline");
const [folder, port] = process.argv.slice(2);
const installed = createRequire(`${folder}/package.json`);

const look = async (address) => {
  const browser = await installed("puppeteer").connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
  const pages = await browser.pages();
  const page = pages.find((one) => one.url() === address);
  const found = await installed("pa11y")(address, { browser, page, ignoreUrl: true, standard: "WCAG2AA", timeout: 60000 });
  console.log(JSON.stringify(found.issues.map((each) => `${each.code}: ${each.message}: ${each.context}`)));
  await browser.disconnect();
};

(async () => {
  for await (const address of readline.createInterface({ input: process.stdin })) await look(address);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
