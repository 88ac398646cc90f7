/** `npm run soak`: 30 minutes of commands, kills, storms and branch switches on one machine, with its seed. `--minutes N`, `--seed N` (what a run printed: the same kills and commands in the same order), `--relay redis|sqlite`. `--steps` kills the bridge and the relay at every step of theirs instead, on both engines, in an order by the seed, and says for how many the minutes were too few. `--history` has writers and readers of two machines in bad weather, kills bridges and relay meanwhile, and checks what each saw; `--history --mutants` takes rules out of copies of the tree, one at a time, and says whether that checker finds it within a minute and a half, or in one of two more histories. `--model` takes 50,000 random lives of files, bridge, relay and readers (`--runs N`) and says the steps of one that went wrong. Ends with 1 where something was lost or costs more at the end. Linux. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Cost } from '../test/soak/gauges.ts';
import { tryHistoryMutants } from '../test/soak/history-mutants.ts';
import { runHistory } from '../test/soak/history-run.ts';
import { runSoak } from '../test/soak/soak.ts';
import { runSteps } from '../test/soak/steps.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    relay: { type: 'string', default: 'redis' },
    steps: { type: 'boolean', default: false },
    history: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    model: { type: 'boolean', default: false },
    runs: { type: 'string', default: '50000' },
  },
});
const seed = Number(values.seed);
const ms = Number(values.minutes) * 60_000;
const relay = values.relay === 'sqlite' ? 'sqlite' : 'redis';
const startedAt = performance.now();
const log = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}`);
if (values.model) {
  const args = ['--conditions=browser', '--test', 'test/properties/four-parties.test.ts'];
  const env = { ...process.env, RUNS: values.runs, SEED: values.seed };
  process.exit(spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1);
}
if (values.history && values.mutants) {
  console.log(`SEED=${seed}`);
  const troubles = await tryHistoryMutants(seed, 1.5, log);
  for (const trouble of troubles) console.log(trouble);
  process.exit(troubles.length === 0 ? 0 : 1);
}
if (values.history) {
  console.log(`SEED=${seed}: ${values.minutes} minutes, a relay on ${relay}`);
  const { troubles, counts, kills } = await runHistory({ seed, relay, ms, log });
  console.log(JSON.stringify({ counts, kills }));
  for (const trouble of troubles) console.log(trouble);
  console.log(troubles.length === 0 ? 'Nothing was lost.' : `${troubles.length} troubles (SEED=${seed})`);
  process.exit(troubles.length === 0 ? 0 : 1);
}
if (values.steps) {
  console.log(`SEED=${seed}: ${values.minutes} minutes`);
  const { troubles, ...counts } = await runSteps({ seed, ms, log });
  console.log(JSON.stringify(counts));
  for (const trouble of troubles) console.log(trouble);
  console.log(troubles.length === 0 ? 'Nothing was lost.' : `${troubles.length} troubles`);
  process.exit(troubles.length === 0 ? 0 : 1);
}
console.log(`SEED=${seed}: ${values.minutes} minutes, a relay on ${relay}`);

const report = await runSoak({
  seed,
  relay,
  specs: 400,
  commands: { warmUp: 1000, window: 1000 },
  killsMs: ms * 0.6,
  stormsMs: ms * 0.3,
  log,
});

const lowest = (costs: readonly Cost[], name: keyof Cost) =>
  Math.round(Math.min(...costs.map((cost) => cost[name])) * 10) / 10;
const names = Object.keys(report.begin[0] ?? {}) as (keyof Cost)[];
console.table(
  Object.fromEntries(
    names.map((name) => [name, { beginning: lowest(report.begin, name), end: lowest(report.end, name) }]),
  ),
);
console.log(
  JSON.stringify({ states: report.states, kills: report.kills, storms: report.storms, resets: report.resets }),
);
for (const trouble of report.troubles) console.log(trouble);
console.log(report.troubles.length === 0 ? 'Nothing was lost.' : `${report.troubles.length} troubles (SEED=${seed})`);
process.exitCode = report.troubles.length === 0 ? 0 : 1;
