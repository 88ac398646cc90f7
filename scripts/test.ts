/** `npm test`: format and lint, types, the built app, then every test, on a clean clone as here; the longest files first, and as many at a time as keep the cores busy. Arguments narrow the tests to paths that contain one of them; with `--watch` these run again whenever what they import changes. */
import { spawnSync } from 'node:child_process';
import { glob, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findPart, missingHere } from '../test/kit/parts.ts';
import { buildPrograms } from './release.ts';
import { type FileReport, runTestFile } from './test-file.ts';
import { installMissing, neededBy } from './test-parts.ts';
import { noteTimes, runInPool } from './test-pool.ts';

const root = join(import.meta.dirname, '..');
const isWatching = process.argv.includes('--watch');
const isNoting = process.argv.includes('--note-times');
const wanted = process.argv.slice(2).filter((word) => word !== '--watch' && word !== '--note-times');

/** What tests also run on, beside SQLite. */
const relays = { redis: 'Redis', cluster: 'a Redis cluster', two: 'two processes with one Redis' } as const;

interface Group {
  readonly folders: readonly string[];
  /** SQLite where absent; test/kit/relay-processes.ts. */
  readonly relay?: keyof typeof relays;
  /** Its tests wait for real processes, browsers and networks, which a busy machine may hold up beyond any limit. */
  readonly isRetried?: true;
}

/** So many failing files have another reason than a busy machine. */
const RETRIED_MAX = 3;

const groups: readonly Group[] = [
  { folders: ['units', 'properties', 'conformance', 'repo', 'security', 'acid', 'mutants'] },
  { folders: ['stories', 'browser', 'firewall', 'soak'], isRetried: true },
  { folders: ['security/http'], relay: 'redis', isRetried: true },
  // Two processes go by all that one goes by.
  { folders: ['stories/main'], relay: 'cluster', isRetried: true },
  { folders: ['stories/main'], relay: 'two', isRetried: true },
];

/** A test file on one of the relays. */
interface Job {
  readonly file: string;
  readonly group: Group;
}

if (isWatching && wanted.length === 0) {
  console.log('Say which tests: npm test -- --watch units/relay');
  process.exit(2);
}
const jobs = new Map<string, Job>();
for (const group of groups)
  for (const file of await testFiles(group.folders)) {
    const on = group.relay === undefined ? '' : ` (${relays[group.relay]})`;
    jobs.set(`${file}${on}`, { file, group });
  }
const needed = new Map(await neededBy([...new Set([...jobs.values()].map(({ file }) => file))]));
const onRedis = [...jobs.values()].filter(({ group }) => group.relay !== undefined).map(({ file }) => file);
if (!isWatching && onRedis.length > 0)
  needed.set('redis-server', [...new Set([...(needed.get('redis-server') ?? []), ...onRedis])]);
if (!installMissing(needed, console.log))
  stop('apt-get could not install what the tests need; the lines above say why.');

if (wanted.length === 0) {
  step('format and lint', 'biome', ['ci', '--error-on-warnings', '.']);
  // Several threads would check the same types once each: on few cores one is as quick.
  step('types: bridge, api, scripts, tests', 'tsc', ['--singleThreaded', '-p', '.']);
  step('types: app and contract, without Node', 'tsc', ['--singleThreaded', '-p', 'pwa']);
}
step('the app', process.execPath, ['scripts/build-pwa.ts']);
if (isWatching) watchTests();

/** What all tests run with. */
const environment = {
  // Most of a short test's time is the loading of what it starts; the cache halves that.
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
  ...(wanted.length === 0 ? { SALLYPORT_TEST_PROGRAMS: await buildTestPrograms() } : {}),
};
const reports = new Map<string, FileReport>();
const passedAlone: string[] = [];
const began = performance.now();
await runInPool([...jobs.keys()], runJob);
await runFailedAlone();
tell();

function stop(why: string): never {
  console.log(why);
  process.exit(1);
}

/** Until Ctrl-C. Without the jobs that run the same files once more on other relays. */
function watchTests(): never {
  const files = [...jobs.values()].flatMap(({ file, group }) => (group.relay === undefined ? file : []));
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

/** The bridge and the relay as a release has them, beside the app of this tree; the folder. */
async function buildTestPrograms(): Promise<string> {
  console.log('\n— the programs');
  const folder = join(root, 'node_modules/.cache/programs');
  await buildPrograms(folder);
  await symlink(join(root, 'pwa'), join(folder, 'pwa'));
  return folder;
}

async function runJob(title: string): Promise<void> {
  const { file, group } = jobs.get(title) ?? stop(`There is no ${title}.`);
  const report =
    group.relay !== undefined && findPart('redis-server') === undefined
      ? await skipped(file)
      : await runTestFile(file, { ...environment, SALLYPORT_TEST_RELAY: group.relay ?? 'sqlite' });
  reports.set(title, report);
  console.error(`\n— ${title}\n${report.text.trimEnd()}`);
}

/** Names every test of a file that cannot run here. */
async function skipped(file: string): Promise<FileReport> {
  const text = await readFile(join(root, file), 'utf8');
  const names = [...text.matchAll(/^\s*test\w*\(\s*(['"`])(.+?)\1,/gm)].map(([, , name]) => name);
  const reason = `redis-server: ${missingHere}`;
  return {
    ...{ passed: 0, failed: 0, skipped: names.length, seconds: 0, cpu: 0, skips: names.map(() => reason) },
    text: names.map((name) => `﹣ ${name} # ${reason}`).join('\n'),
  };
}

/** A file with real processes that failed among others is run once more alone, and named at the end if it passes then. */
async function runFailedAlone(): Promise<void> {
  const failed = [...reports].flatMap(([title, report]) => (report.failed > 0 ? title : []));
  const retried = failed.filter((title) => jobs.get(title)?.group.isRetried);
  if (retried.length > RETRIED_MAX) return;
  for (const title of retried) {
    const first = reports.get(title);
    console.error('\n— once more, alone:');
    await runJob(title);
    if (reports.get(title)?.failed === 0) passedAlone.push(title);
    else if (first !== undefined) reports.set(title, first);
  }
}

/** The last lines, and the end. */
function tell(): never {
  const all = [...reports.values()];
  tellMissed(all);
  if (wanted.length === 0) tellTimes();
  if (isNoting) noteTimes(new Map([...reports].map(([title, { seconds }]) => [title, seconds])));
  if (passedAlone.length > 0) console.log(`\n!!! FAILED AT FIRST, and passed alone: ${passedAlone.join(', ')} !!!\n`);
  const sum = (name: 'passed' | 'failed' | 'skipped') => all.reduce((total, report) => total + report[name], 0);
  const failed = [...reports].flatMap(([title, report]) => (report.failed > 0 ? title : []));
  if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  process.exit(sum('failed') === 0 && sum('passed') + sum('skipped') > 0 ? 0 : 1);
}

/** What was skipped for want of a part, in one line. */
function tellMissed(all: readonly FileReport[]): void {
  const reasons = all.flatMap(({ skips }) => skips).filter((reason) => reason.endsWith(`: ${missingHere}`));
  const missed = Object.entries(Object.groupBy(reasons, (reason) => reason.slice(0, -`: ${missingHere}`.length)));
  const list = missed.map(([part, tests]) => `${part} (${tests?.length})`).join(', ');
  if (list !== '') console.log(`\n!!! SKIPPED, NOT TESTED: what these tests need is ${missingHere}: ${list} !!!\n`);
}

function tellTimes(): void {
  const line = (seconds: number, cpu: number, what: string) =>
    console.log(`${seconds.toFixed(0).padStart(6)}${cpu.toFixed(0).padStart(6)}  ${what}`);
  console.log('\nThe slowest files, in seconds by the clock and of the CPU:');
  const slowest = [...reports].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, 20);
  for (const [title, { seconds, cpu }] of slowest) line(seconds, cpu, title);
  const cpu = [...reports.values()].reduce((total, report) => total + report.cpu, 0);
  line((performance.now() - began) / 1000, cpu, 'all files');
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
