/** `node scripts/icons.ts`: renders the app's icons (PNG, committed) from `pwa/public/icons/icon.svg` with the system's Chromium. Only needed when the drawing changes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const folder = join(import.meta.dirname, '../pwa/public/icons');

/** A maskable icon fills its square, and its drawing stays inside the middle 80 %. */
const icons = [
  { file: 'icon-192.png', size: 192, maskable: false },
  { file: 'icon-512.png', size: 512, maskable: false },
  { file: 'icon-maskable-512.png', size: 512, maskable: true },
] as const;

const svg = await readFile(join(folder, 'icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const { file, size, maskable } of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const drawing = maskable ? svg.replace(' rx="112"', '') : svg;
  const inset = maskable ? 'padding:10%;box-sizing:border-box;background:#0b6b5e' : '';
  await page.setContent(
    `<body style="margin:0"><div style="width:100vw;height:100vh;${inset}">${drawing}</div></body>`,
  );
  await writeFile(join(folder, file), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
