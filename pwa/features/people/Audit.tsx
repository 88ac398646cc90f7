/** Who did what, over the organisation and all its machines, narrowed by person, machine, kind, result and time. */
import { createEffect, createResource, createSignal, For, on, Show } from 'solid-js';
import { type AuditEntry, auditActions, auditResults } from '#contract/audit.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import type { AuditFilter } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { createCall } from '../../ui/create-call.ts';
import { Empty } from '../../ui/empty.tsx';
import { Options } from '../../ui/options.tsx';
import { atTime } from '../../ui/time.ts';
import { commandFeatures } from '../command-features.ts';
import { nameOfBrowser } from './browser-name.ts';
import '../../ui/rows.css';
import './audit.css';
import { saveFile } from './save-file.ts';

const HOUR_MS = 3600 * 1000;

/** How far back, in words. */
const spans = { '': 'Any time', '1': 'The last hour', '24': 'The last day', '168': 'The last week' } as const;

/** The filters stand in the address, so that they are kept, sent and gone back to. */
export function Audit(props: { route: Route }) {
  const query = () => props.route.query;
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [members] = createResource(() => app.members().catch(() => []));
  const [entries, setEntries] = createSignal<readonly AuditEntry[]>();
  const [after, setAfter] = createSignal<string>();
  const filter = (): AuditFilter => {
    const { hours, ...rest } = query();
    const from = hours ? { from: new Date(Date.now() - Number(hours) * HOUR_MS).toISOString() } : {};
    return { ...rest, ...from };
  };
  const read = (from?: string) =>
    run(async () => {
      const page = await app.audit(filter(), from);
      setEntries([...(from === undefined ? [] : (entries() ?? [])), ...page.items]);
      setAfter(
        page.next === undefined
          ? undefined
          : (new URL(page.next, location.origin).searchParams.get('after') ?? undefined),
      );
    });
  createEffect(
    on(
      () => JSON.stringify(query()),
      () => void read(),
    ),
  );
  const save = async () => {
    saveFile(await app.auditFile(), 'audit.jsonl');
  };
  const choose = (name: string, value: string) => {
    location.hash = hrefTo({ place: 'audit', query: { ...query(), [name]: value } });
  };
  const people = () => (members() ?? []).map(({ id, name }) => [id, name] as const);
  const machines = () => Object.values(machinesOf(app.state)).map(({ id, name }) => [id, name] as const);
  return (
    <>
      <Head title="Audit" />
      <div class="audit-filters">
        <Choice
          label="Person"
          all="Anyone"
          options={people()}
          value={query().person}
          choose={(to) => choose('person', to)}
        />
        <Choice
          label="Machine"
          all="Any machine"
          options={machines()}
          value={query().machine}
          choose={(to) => choose('machine', to)}
        />
        <Choice
          label="Action"
          all="Any action"
          options={Object.keys(auditActions).map((action) => [action, words(action)])}
          value={query().action}
          choose={(to) => choose('action', to)}
        />
        <Choice
          label="Command"
          all="Any command"
          options={Object.entries(commandFeatures).map(([kind, { title }]) => [kind, title])}
          value={query().kind}
          choose={(to) => choose('kind', to)}
        />
        <Choice
          label="Result"
          all="Any result"
          options={auditResults.map((result) => [result, result])}
          value={query().result}
          choose={(to) => choose('result', to)}
        />
        <Choice
          label="Time"
          all={spans['']}
          options={Object.entries(spans).filter(([hours]) => hours !== '')}
          value={query().hours}
          choose={(to) => choose('hours', to)}
        />
      </div>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <Show when={entries()?.length === 0 && !busy()}>
        <Empty title="No matches">Remove a filter.</Empty>
      </Show>
      <div class="audit-list">
        <ul class="rows audit">
          <For each={entries()}>{(entry) => <EntryItem of={entry} />}</For>
        </ul>
      </div>
      <div class="rows-foot">
        <Show when={after()}>
          {(next) => (
            <button type="button" class="button" disabled={busy()} onClick={() => void read(next())}>
              Older
            </button>
          )}
        </Show>
        <button type="button" class="button" disabled={busy()} onClick={() => void run(save)}>
          Download all as JSON Lines
        </button>
      </div>
    </>
  );
}

function Choice(props: {
  label: string;
  all: string;
  options: readonly (readonly [value: string, text: string])[];
  value: string | undefined;
  choose: (value: string) => void;
}) {
  return (
    <select
      class="field"
      aria-label={props.label}
      value={props.value ?? ''}
      onChange={(event) => props.choose(event.currentTarget.value)}
    >
      <Options of={[['', props.all], ...props.options]} value={props.value ?? ''} />
    </select>
  );
}

function EntryItem(props: { of: AuditEntry }) {
  const app = useApp();
  const machine = () => props.of.machine ?? props.of.by.machine;
  const about = () =>
    Object.entries(props.of.about ?? {})
      .filter(([name]) => !hidden.includes(name))
      .map(([name, value]) =>
        name === 'agent' ? nameOfBrowser(value) : plain.includes(name) ? value : `${name} ${value}`,
      )
      .join(' · ');
  const where = () => {
    const id = machine();
    return id === undefined || id === props.of.by.machine
      ? ''
      : ` · ${machinesOf(app.state)[id]?.name ?? 'a removed machine'}`;
  };
  return (
    <li>
      <span>
        <strong>{words(props.of.action)}</strong>{' '}
        <Show when={props.of.result !== 'done'}>
          <Chip tone="danger">{props.of.result}</Chip>
        </Show>
      </span>
      <span class="when small soft">{atTime(props.of.at)}</span>
      <span class="about">{about()}</span>
      <span class="who small soft">
        {props.of.by.name}, {byWords[props.of.by.via]}
        {where()}
      </span>
    </li>
  );
}

/** Names of fields that only programs read, and those whose value says enough. */
const hidden: readonly string[] = ['command', 'session', 'key', 'passkey', 'person'];
const plain: readonly string[] = ['kind', 'name', 'path', 'spec', 'project'];

const byWords: Readonly<Record<AuditEntry['by']['via'], string>> = {
  session: 'in the app',
  key: 'with a key',
  link: 'with a link',
  password: 'with a password',
  passkey: 'with a passkey',
  oidc: 'through a provider',
  machine: 'the machine',
  relay: 'by itself',
  'command-line': 'at the relay',
};

/** "Key made" of `key-made`. */
function words(action: string): string {
  return action.charAt(0).toUpperCase() + action.slice(1).replaceAll('-', ' ');
}
