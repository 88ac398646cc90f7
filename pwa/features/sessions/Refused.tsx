/** Why a machine starts nothing from here, and what its owner does to allow it. */
import { Match, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { CommandLine } from '../../ui/copy.tsx';
import { Pin } from './sealed.tsx';

type What = 'terminal-open' | 'exec';

/** `unknown`: its bridge is too old. `signed`: only a device that it has pinned may, and this one (`own`, its fingerprint) is not. */
export function refusalOf(
  { policy, kinds, signers = [] }: Machine,
  kind: What,
  own: string | undefined,
): 'unknown' | 'refuse' | 'signed' | undefined {
  if (!kinds.includes(kind)) return 'unknown';
  const verdict = policyVerdict(policy, { kind, risk: 'execute' });
  if (verdict === 'signed' && signers.includes(own ?? '')) return undefined;
  return verdict === 'allow' ? undefined : verdict;
}

/** The kinds that a session takes beside the one that starts it. */
const beside = { exec: ['terminal-attach'], 'terminal-open': ['terminal-attach', 'terminal-close'] } as const;

function lineOf(what: What, verdict: 'allow' | 'signed'): string {
  const kinds = verdict === 'allow' ? [what] : [what, ...beside[what]];
  return `"kinds": { ${kinds.map((kind) => `"${kind}": "${verdict}"`).join(', ')} }`;
}

export function Refused(props: { machine: Machine; what: What; own: string | undefined }) {
  const does = () => (props.what === 'exec' ? 'run commands' : 'open terminals');
  return (
    <div class="stack">
      <Switch>
        <Match when={refusalOf(props.machine, props.what, props.own) === 'unknown'}>
          <p>
            The bridge on {props.machine.name} does not know how to {does()}. Update Sallyport there.
          </p>
        </Match>
        <Match when={refusalOf(props.machine, props.what, props.own) === 'refuse'}>
          <p>
            {props.machine.name} lets nobody {does()} from here. Its owner can allow it with this line in{' '}
            <code>policy.json</code> there:
          </p>
          <CommandLine text={lineOf(props.what, 'allow')} />
          <p>For devices that are pinned there alone, and sealed from the relay, it is this line:</p>
          <CommandLine text={lineOf(props.what, 'signed')} />
          <p class="small soft">Where "kinds" is there already, add only what stands within its braces.</p>
        </Match>
        <Match when={true}>
          <Pin
            words={`${props.machine.name} accepts only what a device signs that it knows, and this one it does not.`}
          />
        </Match>
      </Switch>
    </div>
  );
}
