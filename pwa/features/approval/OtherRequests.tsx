/** Requests about the same file: the newest leads, and the older ones can be withdrawn together. */
import { createSignal, For, Show } from 'solid-js';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { visible } from '../documents/Changes.tsx';
import { mayEdit, send } from '../editing.ts';
import { counted } from '../words.ts';
import '../../ui/form.css';
import { approvalName } from './approval-name.ts';
import { pendingOfFile } from './pending.ts';

export function OtherRequests(props: { readonly machine: Machine; readonly document: Document }) {
  const app = useApp();
  const [asks, setAsks] = createSignal(false);
  const all = () => pendingOfFile(app.state, props.machine.id, props.document);
  const newest = () => all().at(-1);
  const older = () => (newest()?.path === props.document.path ? all().slice(0, -1) : []);
  const may = () => mayEdit(app, props.machine.id, { kind: 'approval-delete', project: props.document.project });
  const withdraw = () => {
    for (const one of older())
      send(
        app,
        props.machine.id,
        'approval-delete',
        { project: one.project, approval: approvalName(one), withdraw: true },
        { ifRev: one.rev },
      );
    setAsks(false);
  };
  return (
    <>
      <Show when={newest()?.path !== props.document.path && newest()}>
        {(one) => (
          <p class="strip" role="status">
            <span>
              A newer request asks about the same file:{' '}
              <a
                href={hrefTo({
                  machine: props.machine.id,
                  project: one().project,
                  place: 'approval',
                  item: one().path,
                })}
              >
                {visible(one().title ?? one().path)}
              </a>
            </span>
          </p>
        )}
      </Show>
      <Show when={older().length > 0}>
        <section class="review-said">
          <p class="small soft">{counted(older().length, 'older request')} about the same file</p>
          <ul class="review-older">
            <For each={older()}>{(one) => <li>{named(one)}</li>}</For>
          </ul>
          <Show when={may()}>
            <button type="button" class="button" onClick={() => setAsks(true)}>
              {older().length === 1 ? 'Withdraw it' : `Withdraw all ${older().length}`}
            </button>
          </Show>
        </section>
      </Show>
      <Show when={asks()}>
        <Sheet title={`Withdraw ${counted(older().length, 'older request')}?`} onClose={() => setAsks(false)}>
          <div class="stack">
            <p>An agent that still waits for one of them hears that it is gone. They stay in the trash for 30 days.</p>
            <div class="form-foot">
              <button type="button" class="button primary" onClick={withdraw}>
                Withdraw
              </button>
            </div>
          </div>
        </Sheet>
      </Show>
    </>
  );
}

function named({ title, path, meta }: Document): string {
  const asked = typeof meta.created_at === 'string' ? ` · asked ${atTime(meta.created_at)}` : '';
  return `${visible(title ?? path)}${asked}`;
}
