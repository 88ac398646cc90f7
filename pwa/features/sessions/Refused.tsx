/** Why a machine starts nothing from here, and what its owner does to allow it. */
import { createResource, Match, Show, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { showFingerprint } from '#contract/signing.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { CommandLine } from '../../ui/copy.tsx';

type What = 'terminal-open' | 'exec';

/** `unknown`: its bridge is too old. `signed`: only a device that it has pinned may. */
export function refusalOf({ policy, kinds }: Machine, kind: What): 'unknown' | 'refuse' | 'signed' | undefined {
  if (!kinds.includes(kind)) return 'unknown';
  const verdict = policyVerdict(policy, { kind, risk: 'execute' });
  return verdict === 'allow' ? undefined : verdict;
}

export function Refused(props: { machine: Machine; what: What }) {
  const does = () => (props.what === 'exec' ? 'run commands' : 'open terminals');
  return (
    <div class="stack">
      <Switch>
        <Match when={refusalOf(props.machine, props.what) === 'unknown'}>
          <p>
            The bridge on {props.machine.name} does not know how to {does()}. Update Sallyport there.
          </p>
        </Match>
        <Match when={refusalOf(props.machine, props.what) === 'refuse'}>
          <p>
            {props.machine.name} lets nobody {does()} from here. Its owner can allow it with this line in{' '}
            <code>policy.json</code> there:
          </p>
          <CommandLine text={`"kinds": { "${props.what}": "allow" }`} />
          <p class="small soft">Where "kinds" is there already, add only what stands within its braces.</p>
        </Match>
        <Match when={props.what === 'terminal-open'}>
          <p>
            {props.machine.name} wants terminals signed, and a signature would not cover what is typed. Its owner can
            allow plain ones with this line in <code>policy.json</code> there:
          </p>
          <CommandLine text={'"kinds": { "terminal-open": "allow" }'} />
        </Match>
        <Match when={true}>
          <Pin machine={props.machine} />
        </Match>
      </Switch>
    </div>
  );
}

/** How a device becomes one whose signatures the machine accepts. */
function Pin(props: { machine: Machine }) {
  const app = useApp();
  const [fingerprint] = createResource(() => app.deviceKey().catch(() => undefined));
  return (
    <>
      <p>{props.machine.name} runs only commands that a device signs which it knows, and this one it does not.</p>
      <Show
        when={fingerprint()}
        fallback={
          <p>
            Create a key of this device under <a href={hrefTo({ place: 'profile' })}>You, Profile</a>.
          </p>
        }
      >
        {(held) => (
          <>
            <p>Run this there, and compare the fingerprint:</p>
            <BridgeCommand text={`devices pin ${showFingerprint(held())}`} />
          </>
        )}
      </Show>
    </>
  );
}
