/** `npm run build`: bundles the app, adds its service worker with the list of files to keep, and what is served compressed. Does nothing when no source has changed; fails when the first screen needs more JavaScript than it may. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { limits } from '#contract/limits.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'pwa/dist');
const stamp = 'sources.sha256';

/** Draws diagrams in a frame of its own (`pwa/public/diagram/`). */
const diagrams = fileURLToPath(import.meta.resolve('@mermaid-js/tiny'));
/** Above this, the last percent of size is not worth the time of a build. */
const largeBytes = 1_000_000;

/** All that the built app depends on. */
const sources = [
  'pwa/**/*.{ts,tsx,js,css,html,svg,png,webmanifest}',
  'api/contract/**/*.ts',
  'package-lock.json',
  'scripts/build-pwa.ts',
];

/** What the first screen is made of, where Vite makes chunks of it; what these load later is not counted. */
const firstScreen = ['index.html', 'shell/Strip.tsx', 'features/specs/Specs.tsx'];
const terminalScreen = ['features/sessions/TerminalPlace.tsx', 'features/sessions/terminal-view.ts'];

if (import.meta.main) {
  try {
    await buildApp();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** Builds the app into pwa/dist, unless it is there already; says so on stderr. Throws when it cannot, or when its first screen is too large. */
export async function buildApp(): Promise<void> {
  const hash = await hashOfSources();
  if (await isBuilt(hash)) console.error('The app is built already.');
  else await buildAnew(hash);
}

async function hashOfSources(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(sources, { cwd: root, exclude: ['pwa/dist/**'] })) files.push(file);
  const digest = createHash('sha256');
  for (const file of files.sort())
    digest
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0');
  return digest.digest('hex');
}

async function isBuilt(hash: string): Promise<boolean> {
  return existsSync(join(dist, stamp)) && (await readFile(join(dist, stamp), 'utf8')) === hash;
}

/** Builds beside the old app and swaps them, so that what is being served is always whole. */
async function buildAnew(hash: string): Promise<void> {
  const startedAt = performance.now();
  const folder = join(root, 'node_modules/.cache', `pwa-${process.pid}`);
  try {
    const { first, kept } = await buildAppInto(folder);
    await writeFile(join(folder, stamp), hash);
    await swap(folder, hash);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.error(
      `The app is built in ${seconds} s: first screen ${kib(first)} of JavaScript (brotli; at most ${kib(limits.firstRouteBytesMax)}), ${kib(kept)} kept offline.`,
    );
  } finally {
    for (const left of [folder, `${folder}-old`]) await rm(left, { recursive: true, force: true });
  }
}

/** Builds the app into a folder, which is emptied first; answers the bytes of the first screen's scripts (brotli), and of all that is kept offline. */
export async function buildAppInto(folder: string): Promise<{ first: number; kept: number }> {
  await rm(folder, { recursive: true, force: true });
  await bundle(folder);
  const first = await screenBytes(folder);
  await rm(join(folder, 'vite-manifest.json'));
  await copyFile(diagrams, join(folder, 'diagram/mermaid.tiny.js'));
  const kept = await addServiceWorker(folder);
  await compress(folder);
  return { first, kept };
}

/** Vite and Workbox are only loaded when there is something to build: `npm start` must be quick. */
async function bundle(folder: string): Promise<void> {
  const { build } = await import('vite');
  const configFile = join(root, 'pwa/vite.config.ts');
  await build({ configFile, logLevel: 'warn', build: { outDir: folder } });
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2023',
      lib: { entry: join(root, 'pwa/sw/sw.ts'), formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
    },
  });
}

/** A chunk in Vite's manifest, as far as it matters here. */
interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
}

type Chunks = Readonly<Record<string, Chunk>>;

/** Bytes (brotli) of the scripts that the first screen waits for; throws where it or the terminal is above its limit, with the numbers. */
async function screenBytes(folder: string): Promise<number> {
  const chunks: Chunks = JSON.parse(await readFile(join(folder, 'vite-manifest.json'), 'utf8'));
  const first = namesOf(chunks, firstScreen);
  const further = namesOf(chunks, terminalScreen).difference(first);
  await bytesWithin(folder, chunks, further, 'A terminal', limits.terminalBytesMax);
  return await bytesWithin(folder, chunks, first, 'The first screen', limits.firstRouteBytesMax);
}

/** The chunks of a screen with all that they import. */
function namesOf(chunks: Chunks, screen: readonly string[]): ReadonlySet<string> {
  const wanted = new Set<string>();
  const want = (name: string) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    chunks[name]?.imports?.forEach(want);
  };
  screen.forEach(want);
  return wanted;
}

async function bytesWithin(
  folder: string,
  chunks: Chunks,
  names: ReadonlySet<string>,
  screen: string,
  bytesMax: number,
): Promise<number> {
  const sizes = await Promise.all(
    [...names]
      .filter((name) => name in chunks)
      .map(async (name) => ({
        name,
        bytes: (await brotli(await readFile(join(folder, chunks[name]?.file ?? '')))).length,
      })),
  );
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= bytesMax) return total;
  const list = sizes.map(({ name, bytes }) => `  ${kib(bytes)}  ${name}`).join('\n');
  throw new Error(`${screen} needs ${kib(total)} of JavaScript; it may need ${kib(bytesMax)}:\n${list}`);
}

/** Writes the list of files to keep into sw.js; answers their size in bytes. */
async function addServiceWorker(folder: string): Promise<number> {
  const { injectManifest } = await import('workbox-build');
  const swSrc = join(folder, 'sw.js');
  const swDest = join(folder, 'sw-listed.js');
  const { size, warnings } = await injectManifest({
    swSrc,
    swDest,
    globDirectory: folder,
    globPatterns: ['**/*.{html,js,css,svg,png,webmanifest,woff2}'],
    // What draws diagrams is large, and few texts have one.
    globIgnores: ['sw.js', 'diagram/**'],
    dontCacheBustURLsMatching: /^assets\//,
  });
  for (const warning of warnings) console.error(warning);
  await rename(swDest, swSrc);
  return size;
}

/** Puts `.br` and `.gz` beside every text, where that is smaller. */
async function compress(folder: string): Promise<void> {
  for await (const file of glob('**/*.{html,js,css,svg,webmanifest,json}', { cwd: folder })) {
    const path = join(folder, file);
    const bytes = await readFile(path);
    if (bytes.length < 512) continue;
    await writeFile(`${path}.br`, await brotli(bytes, bytes.length > largeBytes ? 6 : 11));
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  }
}

function brotli(bytes: Buffer, quality = 11): Promise<Buffer> {
  return promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
}

/** Another build may have been quicker with the same sources: then this one is not needed. */
async function swap(folder: string, hash: string): Promise<void> {
  try {
    await mkdir(dist, { recursive: true });
    await rename(dist, `${folder}-old`);
    await rename(folder, dist);
  } catch (error) {
    if (!(await isBuilt(hash))) throw error;
  }
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
