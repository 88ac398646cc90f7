/** The machines: what is known of each, and how another one joins. */
import { createMemo, createSignal, For, lazy, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { holds } from '#contract/scopes.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { keepsSome } from '../../state/kept-machines.ts';
import { machinesOf } from '../../state/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { counted } from '../words.ts';
import { Conditions } from './Conditions.tsx';
import { findMachines } from './find-machines.ts';
import { MachineField, MachinesLeft } from './MachineFilter.tsx';
import { dots, statusLine, truthOf } from './machine-status.ts';

const OtherDevice = lazy(async () => ({ default: (await import('../people/OtherDevice.tsx')).OtherDevice }));

export function Machines() {
  const app = useApp();
  const { state } = app;
  const [adding, setAdding] = createSignal(false);
  const [pairing, setPairing] = createSignal(false);
  const isAdmin = () => holds(state.me?.scope ?? 'read', 'admin');
  const [words, setWords] = createSignal('');
  const found = createMemo(() => findMachines(state, words(), Date.now()));
  return (
    <>
      <h1>Machines</h1>
      <MachineField onInput={setWords} />
      <div class="card-list">
        {/* By id: a card, and a sheet that is open in it, outlives what the machine tells. */}
        <For each={found().shown.map(({ id }) => id)}>
          {(id) => (
            <Show when={machinesOf(state)[id]}>
              {(machine) => <MachineCard machine={machine()} mayChange={isAdmin()} />}
            </Show>
          )}
        </For>
        <MachinesLeft count={found().left} />
        <div class="panel item">
          <h2>Add</h2>
          <div class="actions">
            <Show when={isAdmin()}>
              <button type="button" class="button" onClick={() => setAdding(true)}>
                Add a machine
              </button>
              <a class="button" href={hrefTo({ place: 'pair' })}>
                Enter a code
              </a>
            </Show>
            <button type="button" class="button" onClick={() => setPairing(true)}>
              Sign in another device
            </button>
          </div>
        </div>
      </div>
      <Show when={adding()}>
        <AddMachine onClose={() => setAdding(false)} />
      </Show>
      <Show when={pairing()}>
        <OtherDevice
          title="Sign in another device"
          whose="you"
          make={() => app.signInLink()}
          onClose={() => setPairing(false)}
        />
      </Show>
    </>
  );
}

function MachineCard(props: { machine: Machine; mayChange: boolean }) {
  const app = useApp();
  const { state } = app;
  const [sheet, setSheet] = createSignal<'rename' | 'replace' | 'revoke'>();
  const documents = () => props.machine.projects.reduce((sum, project) => sum + project.documents, 0);
  const facts = () =>
    [
      props.machine.os,
      counted(props.machine.projects.length, 'project'),
      counted(documents(), 'document'),
      props.machine.lastSeenAt && `last seen ${atTime(props.machine.lastSeenAt)}`,
    ]
      .filter(Boolean)
      .join(' · ');
  const projects = () => props.machine.projects.map(({ name }) => name).join(', ');
  return (
    <article class="panel item">
      <h2 class="row">
        <span class={dots[truthOf(state, props.machine)]} />
        <a href={hrefTo({ machine: props.machine.id, place: 'specs' })} style={{ color: 'inherit' }}>
          {props.machine.name}
        </a>
      </h2>
      <p class="small soft">{statusLine(state, props.machine)}</p>
      <p class="small soft">{facts()}</p>
      <Show when={projects()}>{(names) => <p class="small">{names()}</p>}</Show>
      <div class="row">
        <Show when={props.machine.version}>{(version) => <Chip>bridge {version()}</Chip>}</Show>
        <Show when={props.machine.signers?.length}>
          {(count) => <Chip>accepts signatures from {counted(count(), 'device')}</Chip>}
        </Show>
      </div>
      <Conditions machine={props.machine} />
      <Show when={keepsSome(Object.keys(machinesOf(app.state)).length)}>
        <Kept machine={props.machine.id} />
      </Show>
      <Show when={props.mayChange}>
        <div class="actions">
          <button type="button" class="button" onClick={() => setSheet('rename')}>
            Rename
          </button>
          <button type="button" class="button" onClick={() => setSheet('replace')}>
            Replace this machine's key
          </button>
          <button type="button" class="button danger" onClick={() => setSheet('revoke')}>
            Revoke
          </button>
        </div>
      </Show>
      <Show when={sheet() === 'rename'}>
        <Rename machine={props.machine} onClose={() => setSheet(undefined)} />
      </Show>
      <Show when={sheet() === 'replace'}>
        <ReplaceKey machine={props.machine} onClose={() => setSheet(undefined)} />
      </Show>
      <Show when={sheet() === 'revoke'}>
        <Revoke machine={props.machine} onClose={() => setSheet(undefined)} />
      </Show>
    </article>
  );
}

/** In a large organisation: whether this device keeps the machine also while nobody opens it. */
function Kept(props: { machine: string }) {
  const app = useApp();
  return (
    <label class="row">
      <input
        type="checkbox"
        checked={app.state.visits[props.machine]?.marked === true}
        onChange={(event) => app.keepMachine(props.machine, event.currentTarget.checked)}
      />
      <span class="small">Keep on this device, also when I do not open it for a month</span>
    </label>
  );
}

function Rename(props: { machine: Machine; onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [name, setName] = createSignal(props.machine.name);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      await app.renameMachine(props.machine.id, name().trim());
      props.onClose();
    });
  };
  return (
    <Sheet title={`Rename ${props.machine.name}`} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        <input
          class="field"
          aria-label="Name"
          required
          maxlength="100"
          value={name()}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
        <button type="submit" class="button primary" disabled={busy()}>
          Rename
        </button>
      </form>
    </Sheet>
  );
}

function ReplaceKey(props: { machine: Machine; onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [key, setKey] = createSignal<string>();
  const replace = () => void run(async () => void setKey(await app.replaceMachineKey(props.machine.id)));
  return (
    <Sheet title={`Replace the key of ${props.machine.name}`} onClose={props.onClose}>
      <Show
        when={key()}
        fallback={
          <div class="stack">
            <p>
              All keys of this machine stop working immediately, and so does any copy. The machine and its documents
              stay.
            </p>
            <p>If you are at the machine, run this command there instead. It shows a code and saves the new key:</p>
            <CommandLine text={`npm run bridge -- login ${location.origin} --replace`} />
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <button type="button" class="button danger" disabled={busy()} onClick={replace}>
              Replace the key
            </button>
          </div>
        }
      >
        {(made) => (
          <div class="stack">
            <p>
              Run this on the machine, in a checkout of Sallyport. The key is shown only once. If the machine was
              started with npm start, you do not need this: stop it and start it again.
            </p>
            <CommandLine text={`npm run bridge -- run --url ${location.origin} --key ${made()}`} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}

function Revoke(props: { machine: Machine; onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [typed, setTyped] = createSignal('');
  const revoke = () =>
    void run(async () => {
      await app.removeMachine(props.machine.id);
      props.onClose();
    });
  return (
    <Sheet title={`Revoke ${props.machine.name}`} onClose={props.onClose}>
      <div class="stack">
        <p>
          Its key stops working immediately, and the relay deletes its copy of the machine’s documents. No file on the
          machine is touched.
        </p>
        <label class="stack">
          <span>Type its name to confirm:</span>
          <input class="field" value={typed()} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
        <button
          type="button"
          class="button danger"
          disabled={busy() || typed().trim() !== props.machine.name}
          onClick={revoke}
        >
          Revoke
        </button>
      </div>
    </Sheet>
  );
}

function AddMachine(props: { onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [name, setName] = createSignal('');
  const [key, setKey] = createSignal<string>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => void setKey((await app.createMachine(name().trim())).key));
  };
  return (
    <Sheet title="Add a machine" onClose={props.onClose}>
      <Show
        when={key()}
        fallback={
          <form class="stack" onSubmit={submit}>
            <p>Run this on the machine, in a checkout of Sallyport. It shows a code and a QR code:</p>
            <CommandLine text={`npm run bridge -- login ${location.origin}`} />
            <a class="button" href={hrefTo({ place: 'pair' })}>
              Enter the code
            </a>
            <p>For an unattended machine, create a key instead:</p>
            <input
              class="field"
              placeholder="Name"
              aria-label="Name of the machine"
              required
              maxlength="100"
              value={name()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <button type="submit" class="button" disabled={busy()}>
              Create its key
            </button>
          </form>
        }
      >
        {(made) => (
          <div class="stack">
            <p>Run this on the machine, in a checkout of Sallyport. The key is shown only once.</p>
            <CommandLine text={`npm run bridge -- run --url ${location.origin} --key ${made()} ~/code/my-project`} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}
