/** What the machine's owner allows, and whose signed commands it accepts. Only the file policy.json on the machine changes it. */
import { For, Show } from 'solid-js';
import type { Machine, Risk, Verdict } from '#contract/machine.ts';
import { showFingerprint } from '#contract/signing.ts';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import type { Tone } from '../../ui/tone.ts';
import { useAsked } from '../asked.tsx';
import { titleOfKind } from '../receipts.ts';

const riskWords = {
  read: 'Read files',
  write: 'Edit files',
  execute: 'Run programs',
  destroy: 'Delete',
} as const satisfies Record<Risk, string>;

const verdictWords = {
  allow: { label: 'Allowed', tone: 'complete' },
  signed: { label: 'Only signed', tone: 'progress' },
  refuse: { label: 'Not allowed', tone: 'quiet' },
} as const satisfies Record<Verdict, { label: string; tone: Tone }>;

/** A project cannot allow what runs programs or deletes. */
const inProject = (name: string, verdict: Verdict) => (verdict === 'allow' ? `Read and edit in ${name}` : `In ${name}`);

export function MachinePolicy(props: { machine: Machine }) {
  const projectName = (id: string) => props.machine.projects.find((project) => project.id === id)?.name ?? id;
  const lines = () => {
    const { risks, projects = {}, kinds = {}, commands = [], home = false } = props.machine.policy;
    return [
      ...Object.entries(riskWords).map(([risk, words]) => [words, risks[risk as Risk]] as const),
      ...Object.entries(projects).map(([id, verdict]) => [inProject(projectName(id), verdict), verdict] as const),
      ...Object.entries(kinds).map(([kind, verdict]) => [titleOfKind(kind), verdict] as const),
      ...commands.map(({ argv, verdict }) => [`Run ${argv.join(' ')}`, verdict] as const),
      ...(home ? [['Run in the home folder too', 'allow'] as const] : []),
    ];
  };
  return (
    <section>
      <h2 class="rows-head">What it allows</h2>
      <dl class="facts machine-facts">
        <For each={lines()}>
          {([words, verdict]) => (
            <>
              <dt>{words}</dt>
              <dd>
                <Chip tone={verdictWords[verdict].tone}>{verdictWords[verdict].label}</Chip>
              </dd>
            </>
          )}
        </For>
      </dl>
      <Show when={props.machine.signers?.length}>
        <Signers of={props.machine.signers ?? []} />
      </Show>
      <p class="small soft">
        Only the owner of the machine can change this, in the file <code>policy.json</code> there.
      </p>
    </section>
  );
}

function Signers(props: { of: readonly string[] }) {
  const app = useApp();
  const keys = useAsked('device keys', () => app.deviceKeys());
  const nameOf = (fingerprint: string) => keys.value()?.find((key) => key.fingerprint === fingerprint)?.name;
  return (
    <>
      <h3 class="rows-head">Accepts signatures of</h3>
      <ul>
        <For each={props.of}>
          {(fingerprint) => (
            <li class="small">
              {nameOf(fingerprint)} <span class="mono soft">{showFingerprint(fingerprint)}</span>
            </li>
          )}
        </For>
      </ul>
    </>
  );
}
