/**
 * `npm run bench:exec [times]`: `true` on a machine, from the POST to its answer, beside a bare spawn of it and the whole way of a command that does
 * nothing on the same bridge (it closes a terminal that has ended); one of each in turn.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { limits } from '#contract/limits.ts';
import { calibrate } from './calibration.ts';
import { percentile, spread } from './statistics.ts';
import { openTerminalWorld } from './terminal-world.ts';
import { timedOnce } from './timed.ts';

const times = Number(process.argv[2] ?? 100);
const warmUp = 10;

console.log(`${times} of each; ${await calibrate()}`);
await using world = await openTerminalWorld('sqlite');
const { call } = world.world;
const base = `/v1/machines/${world.machine.id}`;
let terminal = '';
const samples = { spawn: [] as number[], command: [] as number[], exec: [] as number[] };
for (let n = -warmUp; n < times; n++) {
  // A machine forgets what ended before very many others.
  if (n % Math.floor(limits.sessionsEndedMax / 2) === 0 || terminal === '') terminal = await world.open('true');
  const turn = {
    spawn: await timedOnce(
      async () => void (await once(spawn('true', { stdio: ['ignore', 'pipe', 'pipe'] }), 'close')),
    ),
    command: await timedOnce(async () => {
      const body = { kind: 'terminal-close', args: { terminal } };
      const { state, problem } = await call<{ state: string; problem?: unknown }>(
        'POST',
        `${base}/commands?wait=20`,
        body,
      );
      if (state !== 'done') throw new Error(`terminal-close is ${state}: ${JSON.stringify(problem)}`);
    }),
    exec: await timedOnce(async () => {
      const { exitCode } = await call<{ exitCode: number }>('POST', `${base}/exec?wait=20`, {
        project: 'shop',
        argv: ['true'],
      });
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}`);
    }),
  };
  if (n >= 0) for (const name of ['spawn', 'command', 'exec'] as const) samples[name].push(turn[name]);
}
for (const [name, list] of Object.entries(samples)) console.log(`  ${name.padEnd(10)}${spread(list)}`);
const sum = percentile(samples.spawn, 0.5) + percentile(samples.command, 0.5);
console.log(`  exec: p50 ${(percentile(samples.exec, 0.5) / sum).toFixed(2)} × the sum of both (aim: at most 1.5)`);
