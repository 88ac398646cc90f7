/** API keys: which there are, making one for a script, revoking one. */
import { createResource, createSignal, For, Show } from 'solid-js';
import type { KeyRecord } from '#contract/people.ts';
import type { Scope } from '#contract/scopes.ts';
import { useApp } from '../../state/context.ts';
import { CommandLine } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';

/** What each scope lets a key do, in the words of the screen. */
const scopeWords: Readonly<Record<Scope, string>> = {
  read: 'can read',
  write: 'can read and edit',
  execute: 'can read, edit and run',
  admin: 'can do everything',
};
const scopes = Object.keys(scopeWords) as Scope[];

export function Keys() {
  const app = useApp();
  const [keys, { refetch }] = createResource(() => app.keys());
  const [making, setMaking] = createSignal(false);
  const close = () => {
    setMaking(false);
    void refetch();
  };
  return (
    <>
      <h1>Keys</h1>
      <div class="card-list">
        <Show when={keys.error}>
          <p role="alert">{String(keys.error?.message ?? keys.error)}</p>
        </Show>
        <For each={keys.error ? [] : keys()}>{(key) => <KeyCard of={key} onChange={() => void refetch()} />}</For>
        <Show when={app.state.me?.scope === 'admin'}>
          <div class="actions">
            <button type="button" class="button" onClick={() => setMaking(true)}>
              Create a key
            </button>
          </div>
        </Show>
      </div>
      <Show when={making()}>
        <MakeKey onClose={close} />
      </Show>
    </>
  );
}

function KeyCard(props: { of: KeyRecord; onChange: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [revoking, setRevoking] = createSignal(false);
  const facts = () =>
    [
      props.of.machine === undefined ? scopeWords[props.of.scope ?? 'read'] : 'machine key',
      `created ${atTime(props.of.createdAt)}`,
      props.of.lastUsedAt === undefined ? 'never used' : `used ${atTime(props.of.lastUsedAt)}`,
      ...(props.of.expiresAt === undefined ? [] : [`expires ${atTime(props.of.expiresAt)}`]),
    ].join(' · ');
  const revoke = () =>
    void run(async () => {
      await app.revokeKey(props.of.id);
      setRevoking(false);
      props.onChange();
    });
  return (
    <article class="panel item stack">
      <h2>{props.of.name}</h2>
      <p class="small soft">{facts()}</p>
      <div class="actions">
        <button type="button" class="button danger" onClick={() => setRevoking(true)}>
          Revoke
        </button>
      </div>
      <Show when={revoking()}>
        <Sheet title={`Revoke ${props.of.name}`} onClose={() => setRevoking(false)}>
          <div class="stack">
            <p>Anything that uses this key stops working immediately.</p>
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <button type="button" class="button danger" disabled={busy()} onClick={revoke}>
              Revoke
            </button>
          </div>
        </Sheet>
      </Show>
    </article>
  );
}

function MakeKey(props: { onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [name, setName] = createSignal('');
  const [scope, setScope] = createSignal<Scope>('read');
  const [days, setDays] = createSignal('90');
  const [key, setKey] = createSignal<string>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const expiry = days() === '' ? {} : { expiresInDays: Number(days()) };
    void run(async () => void setKey(await app.createKey({ name: name().trim(), scope: scope(), ...expiry })));
  };
  return (
    <Sheet title="Create a key" onClose={props.onClose}>
      <Show
        when={key()}
        fallback={
          <form class="stack" onSubmit={submit}>
            <input
              class="field"
              placeholder="Name"
              aria-label="Name"
              required
              maxlength="100"
              value={name()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <select
              class="field"
              aria-label="Scope"
              value={scope()}
              onChange={(event) => setScope(event.currentTarget.value as Scope)}
            >
              <For each={scopes}>{(each) => <option value={each}>{`${each}: ${scopeWords[each]}`}</option>}</For>
            </select>
            <label class="stack">
              <span>Expires after (days); leave empty for never</span>
              <input
                class="field"
                inputmode="numeric"
                pattern="[1-9][0-9]{0,3}"
                value={days()}
                onInput={(event) => setDays(event.currentTarget.value.trim())}
              />
            </label>
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <button type="submit" class="button primary" disabled={busy()}>
              Create key
            </button>
          </form>
        }
      >
        {(made) => (
          <div class="stack">
            <p>Copy the key now. It is shown only once.</p>
            <CommandLine text={made()} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}
