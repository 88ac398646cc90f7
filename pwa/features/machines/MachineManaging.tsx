/** What an admin may do with a machine: rename it, replace or revoke its keys, remove it. */
import { createSignal, For, Match, Show, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { KeyRecord } from '#contract/people.ts';
import { navigate } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { type Act, ActRow } from '../../ui/act-row.tsx';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { Form } from '../../ui/form.tsx';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';

export function MachineManaging(props: { machine: Machine }) {
  const app = useApp();
  const keys = useAsked('keys', () => app.keys());
  const [open, setOpen] = createSignal<'rename' | 'replace' | 'remove'>();
  const [said, setSaid] = createSignal('');
  const close = () => setOpen(undefined);
  const ownKeys = (all: readonly KeyRecord[]) => all.filter(({ machine }) => machine === props.machine.id);
  const revoke = (key: KeyRecord): Act => ({
    title: `Revoke a key of ${props.machine.name}`,
    submit: 'Revoke',
    busy: 'Revoking…',
    words:
      'Whatever connects with this key is cut off immediately. The machine and the relay’s copy of its documents stay.',
    curl: curlCall('keyRevoke', { parameters: { key: key.id } }),
    call: async () => {
      await app.revokeKey(key.id);
      setSaid('Key revoked.');
      keys.ask();
    },
  });
  return (
    <>
      <h2 class="rows-head">Keys</h2>
      <p class="said" role="status">
        {said()}
      </p>
      <Answer of={keys} reading="Reading its keys…">
        {(all) => (
          <Rows>
            <For
              each={ownKeys(all())}
              fallback={<Row title="No key" note="It can connect again once it has a new key." />}
            >
              {(key) => (
                <ActRow
                  title={key.name}
                  note={`created ${atTime(key.createdAt)} · ${usedWords(key)}`}
                  act={revoke(key)}
                />
              )}
            </For>
          </Rows>
        )}
      </Answer>
      <div class="rows-foot">
        <button type="button" class="button" onClick={() => setOpen('rename')}>
          Rename
        </button>
        <button type="button" class="button" onClick={() => setOpen('replace')}>
          Replace its key
        </button>
        <button type="button" class="button danger" onClick={() => setOpen('remove')}>
          Remove
        </button>
      </div>
      <Switch>
        <Match when={open() === 'rename'}>
          <Rename machine={props.machine} onClose={close} onDone={(name) => setSaid(`Renamed to ${name}.`)} />
        </Match>
        <Match when={open() === 'replace'}>
          <ReplaceKey
            machine={props.machine}
            onClose={() => {
              close();
              keys.ask();
            }}
          />
        </Match>
        <Match when={open() === 'remove'}>
          <Remove machine={props.machine} onClose={close} />
        </Match>
      </Switch>
    </>
  );
}

function usedWords({ lastUsedAt }: KeyRecord): string {
  return lastUsedAt === undefined ? 'never used' : `used ${atTime(lastUsedAt)}`;
}

function Rename(props: { machine: Machine; onClose: () => void; onDone: (name: string) => void }) {
  const app = useApp();
  const id = () => props.machine.id;
  return (
    <FormSheet
      title={`Rename ${props.machine.name}`}
      fields={{ name: { label: 'Name', value: props.machine.name, maxLength: 100 } }}
      submit="Rename"
      busy="Renaming…"
      curl={(body) => curlCall('machineRename', { parameters: { machine: id() }, body })}
      onSubmit={async ({ name }) => {
        await app.renameMachine(id(), name);
        props.onDone(name);
      }}
      onClose={props.onClose}
    />
  );
}

function ReplaceKey(props: { machine: Machine; onClose: () => void }) {
  const app = useApp();
  const [key, setKey] = createSignal<string>();
  return (
    <Sheet title={`Replace the key of ${props.machine.name}`} onClose={props.onClose}>
      <Show
        when={key()}
        fallback={
          <Form
            fields={{}}
            submit="Replace the key"
            busy="Replacing…"
            tone="danger"
            curl={() => curlCall('machineKeyReplace', { parameters: { machine: props.machine.id } })}
            onSubmit={async () => void setKey(await app.replaceMachineKey(props.machine.id))}
          >
            <p>
              All keys of this machine stop working immediately, and so does any copy. The machine and its documents
              stay.
            </p>
            <p>If you are at the machine, run this command there instead. It shows a code and saves the new key:</p>
            <BridgeCommand text={`login ${location.origin} --replace`} />
          </Form>
        }
      >
        {(made) => (
          <div class="stack">
            <p role="status">
              Run this on the machine. The key is shown only once. If the machine was started with npm start, you do not
              need this: stop it and start it again.
            </p>
            <BridgeCommand text={`run --url ${location.origin} --key ${made()}`} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}

function Remove(props: { machine: Machine; onClose: () => void }) {
  const app = useApp();
  const id = () => props.machine.id;
  return (
    <FormSheet
      title={`Remove ${props.machine.name}`}
      fields={{
        name: {
          label: 'Type its name to confirm',
          check: (typed) => (typed === props.machine.name ? undefined : `This is not ${props.machine.name}.`),
        },
      }}
      submit="Remove"
      busy="Removing…"
      tone="danger"
      curl={() => curlCall('machineRemove', { parameters: { machine: id() } })}
      onSubmit={async () => {
        await app.removeMachine(id());
        navigate({ place: 'machines' }, { replace: true });
      }}
      onClose={props.onClose}
    >
      <p>
        Its keys stop working immediately, and the relay deletes its copy of the machine’s documents. No file on the
        machine is touched.
      </p>
    </FormSheet>
  );
}
