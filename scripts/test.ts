/** `npm test`: format and lint, types, the built app, then every test, on a clean clone as here. Arguments narrow the tests to paths that contain one of them; with `--watch` these run again whenever what they import changes. */
import { spawnSync } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findPart, missingHere } from '../test/kit/parts.ts';
import { installMissing, neededBy } from './test-parts.ts';
import type { FileReport } from './test-report.ts';

const root = join(import.meta.dirname, '..');
const isWatching = process.argv.includes('--watch');
const wanted = process.argv.slice(2).filter((word) => word !== '--watch');

/** What tests also run on, beside SQLite. */
const relays = { redis: 'Redis', cluster: 'a Redis cluster', two: 'two processes with one Redis' } as const;

interface Group {
  readonly title: string;
  readonly folders: readonly string[];
  readonly concurrency: number;
  /** SQLite where absent; test/kit/relay-processes.ts. */
  readonly relay?: keyof typeof relays;
  /** Its tests wait for real processes, browsers and networks, which a busy machine may hold up beyond any limit. */
  readonly isRetried?: true;
}

/** So many failing files of a group have another reason than a busy machine. */
const RETRIED_MAX = 3;

/** Groups that run one after the other; `concurrency` files at a time within one (browsers and processes are heavy on two cores). */
const groups: readonly Group[] = [
  {
    title: 'units, properties, conformance, repo',
    folders: ['units', 'properties', 'conformance', 'repo'],
    concurrency: 4,
  },
  { title: 'security, firewall', folders: ['security', 'firewall'], concurrency: 3 },
  { title: 'stories, browser', folders: ['stories', 'browser'], concurrency: 3, isRetried: true },
  { title: 'a soak, in short', folders: ['soak'], concurrency: 1 },
  { title: 'a feature added to a copy, and rules taken out one by one', folders: ['acid', 'mutants'], concurrency: 2 },
  {
    title: 'HTTP and identity with a relay on Redis',
    folders: ['security/http'],
    concurrency: 3,
    relay: 'redis',
    isRetried: true,
  },
  // Two processes go by all that one goes by.
  ...(['cluster', 'two'] as const).map((relay) => ({
    title: `the main job with a relay on ${relays[relay]}`,
    folders: ['stories/main'],
    concurrency: 2,
    relay,
    isRetried: true as const,
  })),
];

if (isWatching && wanted.length === 0) {
  console.log('Say which tests: npm test -- --watch units/relay');
  process.exit(2);
}
const filesOf = new Map<Group, string[]>();
for (const group of groups) {
  const files = await testFiles(group.folders);
  if (files.length > 0) filesOf.set(group, files);
}
const needed = new Map(await neededBy([...new Set([...filesOf.values()].flat())]));
const onRedis = [...filesOf].filter(([{ relay }]) => relay !== undefined).flatMap(([, files]) => files);
if (!isWatching && onRedis.length > 0)
  needed.set('redis-server', [...new Set([...(needed.get('redis-server') ?? []), ...onRedis])]);
if (!installMissing(needed, console.log))
  stop('apt-get could not install what the tests need; the lines above say why.');

if (wanted.length === 0) {
  step('format and lint', 'biome', ['ci', '--error-on-warnings', '.']);
  step('types: bridge, api, scripts, tests', 'tsc', ['-p', '.']);
  step('types: app and contract, without Node', 'tsc', ['-p', 'pwa']);
}
step('the app', process.execPath, ['scripts/build-pwa.ts']);
if (isWatching) watchTests();

const totals = { passed: 0, failed: 0, skipped: 0 };
/** Tests that were skipped for want of a part, by what is missing. */
const withoutPart = new Map<string, number>();
const passedAlone: string[] = [];
const times: { readonly file: string; readonly seconds: number }[] = [];
for (const [group, files] of filesOf) {
  if (group.relay !== undefined && findPart('redis-server') === undefined) await skipGroup(group, files);
  else runTests(group, files);
}
const missed = [...withoutPart].map(([part, tests]) => `${part} (${tests})`);
if (missed.length > 0)
  console.log(`\n!!! SKIPPED, NOT TESTED: what these tests need is ${missingHere}: ${missed.join(', ')} !!!\n`);
if (wanted.length === 0) {
  console.log('\nThe slowest files, in seconds:');
  for (const { file, seconds } of times.sort((a, b) => b.seconds - a.seconds).slice(0, 20))
    console.log(`${seconds.toFixed(0).padStart(5)}  ${file}`);
}
if (passedAlone.length > 0) console.log(`\n!!! FAILED AT FIRST, and passed alone: ${passedAlone.join(', ')} !!!\n`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && totals.passed + totals.skipped > 0 ? 0 : 1);

function stop(why: string): never {
  console.log(why);
  process.exit(1);
}

/** Until Ctrl-C. Without the groups that run the same files once more on other relays. */
function watchTests(): never {
  const files = [...filesOf].flatMap(([{ relay }, found]) => (relay === undefined ? found : []));
  const { status } = spawnSync(
    process.execPath,
    ['--conditions=browser', '--test', '--watch', '--test-concurrency=2', ...files],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  process.exit(status ?? 0);
}

/** Names every test of a group that cannot run here. */
async function skipGroup({ title }: Group, files: readonly string[]): Promise<void> {
  console.log(`\n— ${title}`);
  for (const file of files) {
    const names = [...(await readFile(join(root, file), 'utf8')).matchAll(/^\s*test\w*\(\s*(['"`])(.+?)\1,/gm)].map(
      ([, , name]) => name,
    );
    for (const name of names) console.log(`﹣ ${name} (${file}) # redis-server: ${missingHere}`);
    totals.skipped += names.length;
    withoutPart.set('redis-server', (withoutPart.get('redis-server') ?? 0) + names.length);
  }
}

function step(title: string, program: string, args: readonly string[]): void {
  console.log(`\n— ${title}`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) stop(`${title}: failed`);
}

async function testFiles(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders)
    for await (const file of glob(`test/${folder}/**/*.test.ts`, { cwd: root })) files.push(file);
  return files.filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part))).sort();
}

/** The app's logic needs Solid's browser build, which node-side tests do not notice: one condition for all. */
function runFiles({ concurrency, relay }: Group, files: readonly string[]): Map<string, FileReport> {
  const args = ['--conditions=browser', '--test', `--test-concurrency=${concurrency}`, '--test-timeout=180000'];
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stderr',
    '--test-reporter=./scripts/test-report.ts',
    '--test-reporter-destination=stdout',
  ];
  const { stdout } = spawnSync(process.execPath, [...args, ...reporters, ...files], {
    cwd: root,
    // Most of a short test's time is the loading of what it starts; the cache halves that.
    env: {
      ...process.env,
      SALLYPORT_TEST_RELAY: relay ?? 'sqlite',
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const reports = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as FileReport]));
  const byFile = new Map(reports.map((report) => [relative(root, report.file), report]));
  // The runner itself may be killed.
  for (const file of files)
    if (!byFile.has(file)) byFile.set(file, { file, passed: 0, failed: 1, skipped: 0, seconds: 0, skips: [] });
  return byFile;
}

/** A file with real processes that failed among others is run once more alone, and named at the end if it passes then. */
function runTests(group: Group, files: readonly string[]): void {
  console.log(`\n— ${group.title}`);
  const reports = runFiles(group, files);
  const failed = [...reports].flatMap(([file, report]) => (report.failed > 0 ? file : []));
  if (group.isRetried && failed.length <= RETRIED_MAX)
    for (const file of failed) {
      console.log(`\n— ${file} once more, alone`);
      const [again] = runFiles({ ...group, concurrency: 1 }, [file]).values();
      if (again === undefined || again.failed > 0) continue;
      reports.set(file, again);
      passedAlone.push(file);
    }
  for (const [file, { passed, failed, skipped, seconds, skips }] of reports) {
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped;
    times.push({ file, seconds });
    for (const skip of skips.filter((reason) => reason.endsWith(`: ${missingHere}`))) {
      const part = skip.slice(0, -`: ${missingHere}`.length);
      withoutPart.set(part, (withoutPart.get(part) ?? 0) + 1);
    }
  }
}
