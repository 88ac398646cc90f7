/**
 * `npm run bench:networks [saves]`: a save on the machine until the app has it, with each weather of `test/kit/weather.ts` on both sides: between the bridge and its relay,
 * and between the app (its own state in Chromium) and the relay. All networks stand side by side and save in turn; each is told beside the one without a gateway's doing.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { openApi } from '../../test/kit/api.ts';
import { openBridge } from '../../test/kit/bridge.ts';
import { newToken, openBrowser, openState, stateOf } from '../../test/kit/browser.ts';
import { eventually } from '../../test/kit/eventually.ts';
import { openMeddler } from '../../test/kit/meddler.ts';
import { noteRevs, revAt } from '../../test/kit/noted-revs.ts';
import { specText } from '../../test/kit/projects.ts';
import { openWeather, type WeatherName, weatherOf, weathers } from '../../test/kit/weather.ts';
import { percentile } from './statistics.ts';

const saves = Number(process.argv[2] ?? 8);
const path = 'specs/001-first-light/README.md';
/** Longer than the app tries a stream. */
const settledMs = 5000;

await using stack = new AsyncDisposableStack();
const browser = stack.use(await openBrowser(undefined, { args: ['--renderer-process-limit=4'] }));

interface Network {
  readonly name: WeatherName;
  /** The project was up so long after the bridge began. */
  readonly upMs: number;
  /** Saves; ms until the app has it. */
  save(n: number): Promise<number>;
  rung(): Promise<string>;
  /** Until the app knows what this network lets through. */
  settle(): Promise<void>;
}

async function open(name: WeatherName): Promise<Network> {
  const relay = stack.use(await openApi());
  // With cookies of its own: those of one host are shared by all its ports.
  const context = await browser.context.browser()?.newContext();
  if (context === undefined) throw new Error('Chromium opens no further context');
  stack.defer(() => context.close());
  const before = stack.use(await openMeddler(relay.url));
  const page = await openState(context, before.url, await newToken(relay));
  const began = performance.now();
  const machine = stack.use(await openBridge(relay, { through: stack.use(await openWeather(relay.url, name)).url }));
  await machine.event('synced', 60_000);
  const upMs = performance.now() - began;
  const { json } = await relay.ask<{ items: { path: string; project: string }[] }>(
    'GET',
    `/v1/machines/${machine.machine}/documents?limit=500`,
  );
  const project = json.items.find((document) => document.path === path)?.project;
  await noteRevs(page, machine.machine, `${project}\n${path}`);
  before.meddle = weatherOf(name);
  await page.evaluate("dispatchEvent(new Event('online'))");
  const connection = async () => (await stateOf(page)).connection;
  return {
    name,
    upMs,
    rung: async () => (await connection()).rung,
    settle: async () => {
      const hasSettled = async () => Date.now() - (await connection()).since > settledMs;
      // One that is cut again and again never has.
      await eventually(hasSettled, { timeoutMs: 15_000 }).catch(() => undefined);
    },
    save: async (n) => {
      const text = specText(`Save ${n}`, { status: 'planned' });
      const at = Date.now();
      await writeFile(join(machine.root, path), text);
      return (await revAt(page, createHash('sha256').update(text).digest('hex'))) - at;
    },
  };
}

const names = Object.keys(weathers) as WeatherName[];
const networks: Network[] = [];
for (const name of names) networks.push(await open(name));
await Promise.all(networks.map(({ settle }) => settle()));
console.log(`save → app, ${saves} saves in each network; load ${loadavg()[0]?.toFixed(1)}`);
const taken = new Map<WeatherName, number[]>(names.map((name) => [name, []]));
for (let n = 0; n <= saves; n++)
  for (const { name, save } of networks) {
    const ms = await save(n);
    if (n > 0) taken.get(name)?.push(ms);
  }
const clear = percentile(taken.get('clear') ?? [], 0.5);
for (const { name, upMs, rung } of networks) {
  const all = taken.get(name) ?? [];
  const p50 = percentile(all, 0.5);
  const up = `up after ${(upMs / 1000).toFixed(1)} s`;
  const times = `p50 ${p50.toFixed(0)} ms, at most ${Math.max(...all).toFixed(0)}, ${(p50 / clear).toFixed(1)} x`;
  console.log(`  ${name.padEnd(58)}${up.padEnd(18)}${(await rung()).padEnd(15)}${times}`);
}
console.log(`load ${loadavg()[0]?.toFixed(1)}`);
await stack.disposeAsync();
process.exit();
