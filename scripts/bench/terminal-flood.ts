/**
 * `npm run bench:terminal-flood [rounds] [MB]`: a program that writes without end, for somebody whose line has a round trip of 200 ms and carries 100 kB a second: from
 * Ctrl-C to the prompt, and what was sent. And MB of lines to the end with a reader attached, beside the same `cat` on a bare pty whose output
 * is dropped, one of each in turn; and the memory of the keeper meanwhile.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as pty from '@lydell/node-pty';
import { startCountingProxy } from '../../test/kit/counting-proxy.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { openWeather } from '../../test/kit/weather.ts';
import { calibrate } from './calibration.ts';
import { cpuMs, highestBytes } from './process-use.ts';
import { startReleasedKeeper } from './released-keeper.ts';
import { percentile } from './statistics.ts';
import { openTerminalWorld } from './terminal-world.ts';
import { timedOnce } from './timed.ts';

const [rounds = 5, megabytes = 30] = process.argv.slice(2).map(Number);
const FLOOD_MS = 5000;
const ROUND_TRIP_MS = 200;
const line = 'A line of a log, about as long as such lines are, with a number at its end: ';

console.log(`${rounds} rounds, ${megabytes} MB; ${await calibrate()}`);
await using stack = new AsyncDisposableStack();
const { path: folder } = stack.use(await openTemporaryFolder());
const world = stack.use(await openTerminalWorld('sqlite'));
const keeper = stack.use(await startReleasedKeeper(folder, world.machine.data));
// First, so that the highest memory of the keeper is that of one terminal.
await cat();
await flood('y');
await flood(line);

/** Stops a flood of lines some times. */
async function flood(said: string): Promise<void> {
  const counting = stack.use(await startCountingProxy(world.world.url));
  const far = stack.use(await openWeather(counting.url, 'far and slow: 200 ms, 100 kB/s'));
  const terminal = await world.open(`PS1='prompt''> '; export PS1; exec sh -i`);
  await using typist = await world.sitAt(terminal, far.url);
  const took: number[] = [];
  const sent: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = typist.bytes;
    await typist.type(`yes '${said}'\r`);
    await delay(FLOOD_MS);
    const prompt = typist.next('prompt> ');
    const at = performance.now();
    await typist.type('\u0003');
    await prompt;
    took.push(performance.now() - at);
    sent.push(typist.bytes - before);
    await delay(500);
  }
  const [ms, most] = [percentile(took, 0.5), Math.max(...took)];
  console.log(
    `  Ctrl-C → prompt after 5 s of "${said.slice(0, 6)}": p50 ${ms.toFixed(0)} ms, at most ${most.toFixed(0)} (aim: ${ROUND_TRIP_MS + 300}); ${(Math.max(...sent) / 1e6).toFixed(2)} MB sent to the reader (aim: at most 1)`,
  );
}

async function cat(): Promise<void> {
  const file = join(folder, 'lines');
  const lines = Array.from(
    { length: Math.ceil((megabytes * 1e6) / (line.length + 8)) },
    (_, at) => `${line}${1e6 + at}\n`,
  );
  await writeFile(file, lines.join(''));
  // Each round has a mark of its own: a screen may still show that of the round before.
  const program = `stty -echo; echo ready; n=0; while read x; do cat '${file}'; n=$((n+1)); echo "finished <$n>"; done`;
  const typist = stack.use(await world.sitAt(await world.open(program)));
  const bare = pty.spawn('sh', ['-c', program], { cols: 80, rows: 24 });
  stack.defer(() => bare.kill());
  const times = { bare: [] as number[], sallyport: [] as number[] };
  const cpu = { bare: 0, keeper: 0, bridge: 0, relay: 0, reader: 0 };
  for (let round = 0; round < rounds; round++) {
    const mark = `finished <${round + 1}>`;
    const before = cpuNow();
    times.bare.push(await timedOnce(() => bareEnd(bare, mark)));
    const between = cpuNow();
    times.sallyport.push(
      await timedOnce(async () => {
        const end = typist.next(mark);
        await typist.type('\r');
        await end;
      }),
    );
    const after = cpuNow();
    cpu.bare += between.reader - before.reader;
    for (const name of ['keeper', 'bridge', 'relay', 'reader'] as const) cpu[name] += after[name] - between[name];
  }
  const ratio = percentile(times.sallyport, 0.5) / percentile(times.bare, 0.5);
  const speed = (list: readonly number[]) => `${((megabytes * 1000) / percentile(list, 0.5)).toFixed(0)} MB/s`;
  console.log(
    `  ${megabytes} MB of lines: ${speed(times.sallyport)} beside ${speed(times.bare)} on a bare pty: ${ratio.toFixed(2)} × its time (aim: at most 1.3)`,
  );
  const each = Object.entries(cpu).map(([name, ms]) => `${name} ${(ms / rounds).toFixed(0)}`);
  console.log(`  ms of CPU a round: ${each.join(', ')}`);
  console.log(
    `  the keeper, release form: ${(highestBytes(keeper.pid) / 1e6).toFixed(0)} MB RSS at its highest (aim: below 120)`,
  );
}

/** CPU time so far, in ms. Bare pty and reader are this process. */
function cpuNow() {
  const relay = world.world.relay.programs().map(({ child }) => cpuMs(child.pid ?? 0));
  return {
    keeper: cpuMs(keeper.pid),
    bridge: cpuMs(world.machine.bridge().child.pid ?? 0),
    relay: relay.reduce((sum, ms) => sum + ms, 0),
    reader: cpuMs(process.pid),
  };
}

async function bareEnd(bare: pty.IPty, mark: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let before = '';
  const listening = bare.onData((text) => {
    before = (before + text).slice(-40);
    if (before.includes(mark)) resolve();
  });
  bare.write('\r');
  await promise;
  listening.dispose();
}
