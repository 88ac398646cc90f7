/** A relay, a bridge whose policy allows terminals and runs, and people at them, as the benchmarks of terminals measure them. */
import { join } from 'node:path';
import { feedOfChannel } from '#contract/feed-name.ts';
import { programs, writePolicy } from '../../test/kit/policy.ts';
import { makeSmallProject } from '../../test/kit/projects.ts';
import type { RelayKind } from '../../test/kit/relay-processes.ts';
import { type MachineInWorld, openWorld, type World } from '../../test/kit/world.ts';
import { openTypist, type Typist } from './typist.ts';

export interface TerminalWorld extends AsyncDisposable {
  readonly world: World;
  readonly machine: MachineInWorld;
  /** Opens a terminal in which a line of `sh` runs; its id. */
  open(line: string): Promise<string>;
  /** Somebody at a terminal, by way of `url` where something stands between. */
  sitAt(terminal: string, url?: string): Promise<Typist>;
}

const unlimited = { SALLYPORT_REQUESTS_PER_MINUTE: '10000000' };

/** Of two processes of the relay the bridge has one, and people the other. `through` puts something between a relay and its bridge. */
export async function openTerminalWorld(
  kind: RelayKind,
  through: (relay: string) => Promise<string> = async (relay) => relay,
): Promise<TerminalWorld> {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await openWorld({ kind, env: unlimited }));
  const project = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-bench');
  await writePolicy(data, { kinds: programs });
  const { urls } = world.relay;
  const machine = await world.startMachine(
    'bench',
    [project],
    { SHELL: '/bin/sh' },
    await through(urls[0] ?? world.url),
  );
  const held = opened.move();
  return {
    world,
    machine,
    open: async (line) => {
      const args = { project: 'shop', cols: 80, rows: 24, argv: ['sh', '-c', line] };
      const { result, problem } = await machine.send('terminal-open', args);
      if (result === undefined) throw new Error(JSON.stringify(problem));
      return (result as { terminal: string }).terminal;
    },
    sitAt: (terminal, url = urls.at(-1)) =>
      openTypist({
        origin: url ?? world.url,
        inputs: `/v1/records/${terminal}/inputs`,
        events: `/v1/feeds/${feedOfChannel(terminal)}/events?live=sse&offset=-1`,
        headers: { authorization: `Bearer ${world.key}` },
      }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
