/** Why a machine starts nothing from here, and what its owner does to allow it. */
import { Match, Show, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { CommandLine } from '../../ui/copy.tsx';
import type { Refusal, Starting } from './may-start.ts';
import { Pin } from './SealedNotes.tsx';

/** The kinds that a session takes beside the one that starts it. */
const beside = {
  allow: { exec: [], 'terminal-open': ['terminal-close'] },
  signed: { exec: ['terminal-attach'], 'terminal-open': ['terminal-attach', 'terminal-close'] },
} as const;

/** A whole policy.json. */
function fileOf(what: Starting, verdict: 'allow' | 'signed'): string {
  const kinds = [what, ...beside[verdict][what]].map((kind) => `"${kind}": "${verdict}"`);
  return `{ "kinds": { ${kinds.join(', ')} } }`;
}

interface RefusedProps {
  readonly machine: Machine;
  readonly what: Starting;
  readonly why: Refusal;
  /** Some commands are offered all the same. */
  readonly isOther: boolean;
  /** The machine knows this device. */
  readonly isPinned: boolean;
}

export function Refused(props: RefusedProps) {
  const does = () =>
    props.what === 'exec' ? `run ${props.isOther ? 'other commands' : 'commands'}` : 'open terminals';
  return (
    <div class="stack">
      <Switch>
        <Match when={props.why === 'unknown'}>
          <p>
            The bridge on {props.machine.name} does not know how to {does()}. Update Sallyport there.
          </p>
        </Match>
        <Match when={props.why === 'nowhere'}>
          <p>
            {props.machine.name} lets nobody {does()} in any of its projects, nor in the home folder. Its owner can
            allow the home folder with <code>"home": true</code> in <code>policy.json</code> there.
          </p>
        </Match>
        <Match when={props.why === 'refuse'}>
          <p>
            {props.machine.name} lets nobody {does()} from here. Its owner can allow it with this{' '}
            <code>policy.json</code> in the data folder there:
          </p>
          <CommandLine text={fileOf(props.what, 'allow')} />
          <p>To allow it only to pinned devices, and hide it from the relay, the owner uses this one:</p>
          <CommandLine text={fileOf(props.what, 'signed')} />
          <p class="small soft">
            If the file exists already, add only these kinds. <code>sallyport config show</code> says where the folder
            is.
          </p>
          <Show when={!props.isPinned}>
            <Pin words="This device is not pinned there yet." />
          </Show>
        </Match>
        <Match when={true}>
          <Pin
            words={`${props.machine.name} accepts this only from pinned devices, and this one is not pinned there.`}
          />
        </Match>
      </Switch>
    </div>
  );
}
