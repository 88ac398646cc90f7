/** API keys of people: which there are, making one for a script, revoking one. Those of machines are on their pages. */
import { createSignal, For, Show } from 'solid-js';
import type { KeyRecord } from '#contract/people.ts';
import type { Scope } from '#contract/scopes.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import { type Act, ActRow } from '../../ui/act-row.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { type Field, Form } from '../../ui/form.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';
import { ownKeys } from './own-keys.ts';

/** What each scope lets a key do, in the words of the screen. */
const scopeWords: Readonly<Record<Scope, string>> = {
  read: 'can read',
  write: 'can read and edit',
  execute: 'can read, edit and run',
  admin: 'can do everything',
};

export function Keys() {
  const app = useApp();
  const keys = useAsked('keys', () => app.keys());
  const [making, setMaking] = createSignal(false);
  const [said, setSaid] = createSignal('');
  const revoke = (key: KeyRecord): Act => ({
    title: `Revoke ${key.name}`,
    submit: 'Revoke',
    busy: 'Revoking…',
    words: 'Anything that uses this key stops working immediately.',
    curl: curlCall('keyRevoke', { parameters: { key: key.id } }),
    call: async () => {
      await app.revokeKey(key.id);
      setSaid(`${key.name} is revoked.`);
      keys.ask();
    },
  });
  return (
    <>
      <Head title="Keys" />
      <p class="said" role="status">
        {said()}
      </p>
      <Answer of={keys} reading="Reading the keys…">
        {(all) => (
          <Rows label="Keys">
            <For
              each={ownKeys(all(), machinesOf(app.state))}
              fallback={<Row title="No key yet" note="A script or the command line needs one." />}
            >
              {(key) => <ActRow title={key.name} note={factsOf(key)} act={revoke(key)} />}
            </For>
          </Rows>
        )}
      </Answer>
      <p class="small soft">The keys of machines are on their pages.</p>
      <Show when={app.state.me?.scope === 'admin'}>
        <div class="rows-foot">
          <button type="button" class="button" onClick={() => setMaking(true)}>
            Create a key
          </button>
        </div>
      </Show>
      <Show when={making()}>
        <MakeKey
          onClose={() => {
            setMaking(false);
            keys.ask();
          }}
        />
      </Show>
    </>
  );
}

function factsOf(key: KeyRecord): string {
  return [
    key.machine === undefined ? scopeWords[key.scope ?? 'read'] : 'of a removed machine',
    `created ${atTime(key.createdAt)}`,
    key.lastUsedAt === undefined ? 'never used' : `used ${atTime(key.lastUsedAt)}`,
    ...(key.expiresAt === undefined ? [] : [`expires ${atTime(key.expiresAt)}`]),
  ].join(' · ');
}

const fields = {
  name: { label: 'Name', maxLength: 100 },
  scope: {
    label: 'Scope',
    value: 'read',
    choices: Object.entries(scopeWords).map(([scope, words]) => [scope, `${scope}: ${words}`] as const),
  },
  days: {
    label: 'Expires after (days)',
    note: 'Leave it empty for a key that never expires.',
    value: '90',
    optional: true,
    inputMode: 'numeric',
    check: (typed) =>
      /^[1-9][0-9]{0,3}$/.test(typed) && Number(typed) <= 3650 ? undefined : 'Enter a number of days from 1 to 3650.',
  },
} as const satisfies Record<string, Field>;

function MakeKey(props: { onClose: () => void }) {
  const app = useApp();
  const [key, setKey] = createSignal<string>();
  const request = ({ name, scope, days }: Record<keyof typeof fields, string>) => ({
    name,
    scope: scope as Scope,
    ...(days === '' ? {} : { expiresInDays: Number(days) }),
  });
  return (
    <Sheet title="Create a key" onClose={props.onClose}>
      <Show
        when={key()}
        fallback={
          <Form
            fields={fields}
            submit="Create key"
            busy="Creating…"
            curl={(values) => curlCall('keyCreate', { body: request(values) })}
            onSubmit={async (values) => void setKey(await app.createKey(request(values)))}
          />
        }
      >
        {(made) => (
          <div class="stack">
            <p role="status">Copy the key now. It is shown only once.</p>
            <CommandLine text={made()} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}
