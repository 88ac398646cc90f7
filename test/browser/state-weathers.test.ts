/** The app in each weather: every save reaches it once, in order and within a bound, also those of the seconds in which it finds out what the network lets through; and it says which way it uses. */
import assert from 'node:assert/strict';
import type { Connection } from '../../pwa/state/app-state.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { newToken, openBrowser, openState, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { type Meddler, openMeddler } from '../kit/meddler.ts';
import { notedRevs, noteRevs, revAt } from '../kit/noted-revs.ts';
import { testNeeding } from '../kit/parts.ts';
import { type WeatherName, weatherOf } from '../kit/weather.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

interface Expected {
  /** Where it ends; where chance decides, the others too. */
  readonly rungs: readonly ('live' | 'polling' | 'short-polling')[];
  /** It stays there. */
  readonly staysMs?: number;
  /** How late a save may be, in ms, while the app tries the network, and afterwards. A busy machine adds its part. */
  readonly atFirst: number;
  readonly settled: number;
}

/** Longer than a stream is on trial. */
const staysMs = 4500;
const goesOn: Expected = { rungs: ['live'], staysMs, atFirst: 1000, settled: 500 };
const expected: Readonly<Record<WeatherName, Expected>> = {
  clear: goesOn,
  'latency of 300 ms': { ...goesOn, atFirst: 2000 },
  'far and slow: 200 ms, 100 kB/s': { ...goesOn, atFirst: 2000 },
  'narrow, in slices of 1 KiB': goesOn,
  'byte by byte': goesOn,
  'resets every third answer in its body': { rungs: ['live', 'polling'], atFirst: 3000, settled: 3000 },
  'loses every second answer, after the relay has committed': { rungs: ['polling'], atFirst: 7000, settled: 2000 },
  'repeats every POST at once': goesOn,
  'stores POSTs and repeats them later': goesOn,
  'stores POSTs and delivers them late': { ...goesOn, atFirst: 3000 },
  'answers every second request with 502': { rungs: ['short-polling'], atFirst: 10_000, settled: 10_000 },
  'a portal, until somebody signs in': { ...goesOn, atFirst: 5000 },
  'buffers every answer to its end': { rungs: ['polling'], atFirst: 2500, settled: 500 },
  'holds back one chunk': { rungs: ['polling'], atFirst: 1000, settled: 500 },
  'passes on full KiB only': { rungs: ['polling'], atFirst: 2500, settled: 500 },
  'compresses every answer': goesOn,
  'compresses every answer as a whole': { rungs: ['polling'], atFirst: 2500, settled: 500 },
  // At the border of what counts as cut at once.
  'cuts what is held for 1 s': { rungs: ['live', 'polling', 'short-polling'], atFirst: 5500, settled: 5500 },
  'cuts every answer after 3 s': { rungs: ['live'], atFirst: 2000, settled: 2000 },
  'strips unknown headers': goesOn,
  'strips ETag and unknown headers of answers': goesOn,
  'stalls streams without Accept: text/event-stream': goesOn,
  'takes 64 KiB at most': goesOn,
  'blocks all but GET and POST': goesOn,
};

const networks: readonly (readonly [name: string, Expected, meddle: Meddler['meddle']])[] = [
  ...Object.entries(expected).map(([name, end]) => [name, end, weatherOf(name as WeatherName)] as const),
  // The app's key is a cookie.
  ['strips Authorization', goesOn, () => ({ way: { without: ['authorization'] } })],
];

test('in each weather every save reaches the app once, in order and soon, and it says by which way (S8)', {
  concurrency: 12,
}, async (t) => {
  await using browser = await openBrowser(undefined, { args: ['--renderer-process-limit=4'] });
  const chromium = browser.context.browser() ?? assert.fail();
  const all = networks.map(([name, { rungs, staysMs = 0, atFirst, settled }, meddle]) =>
    t.test(`${name}: ${rungs.join(' or ')}`, async (one) => {
      await using stack = new AsyncDisposableStack();
      const relay = stack.use(await openApi());
      const gateway = stack.use(await openMeddler(relay.url));
      // Each with cookies of its own: those of one host are shared by all its ports.
      const context = await chromium.newContext();
      stack.defer(() => context.close());
      const bridge = await openBridgeCalls(relay);
      const page = await openState(context, gateway.url, await newToken(relay));
      await eventually(async () => (await stateOf(page)).connection.rung === 'live');
      await noteRevs(page, bridge.machine, key);

      gateway.meddle = meddle;
      await page.evaluate("dispatchEvent(new Event('online'))");
      const saved: string[] = [];
      const save = async () => {
        saved.push(await bridge.put(path, `# Save ${saved.length}\n`));
        const at = Date.now();
        return (await revAt(page, saved.at(-1) ?? '')) - at;
      };
      const late = { atFirst: [0], settled: [0] };
      for (let n = 0; n < 4; n++) late.atFirst.push(await save());
      const hasSettled = ({ rung, since }: Connection) =>
        rungs.some((one) => one === rung) && Date.now() - since >= staysMs;
      await eventually(async () => hasSettled((await stateOf(page)).connection));
      for (let n = 0; n < 2; n++) late.settled.push(await save());
      one.diagnostic(`late by ${late.atFirst} ms, then by ${late.settled} ms`);

      assert.deepEqual(
        (await notedRevs(page)).map(({ rev }) => rev),
        saved,
      );
      const busyMs = 2000;
      assert.ok(Math.max(...late.atFirst) < atFirst + busyMs, `${late.atFirst}`);
      assert.ok(Math.max(...late.settled) < settled + busyMs, `${late.settled}`);
    }),
  );
  await Promise.all(all);
});
