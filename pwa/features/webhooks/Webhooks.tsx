/** The webhooks of the organisation: each with its latest deliveries, a test, and its removal; and how one is added. */
import { createSignal, For, Show } from 'solid-js';
import { limits } from '#contract/limits.ts';
import type { Delivery, Webhook } from '#contract/webhook.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, type Asked, useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';
import { topicWords } from '../notifications/topics.ts';
import { AddWebhook } from './AddWebhook.tsx';
import { shapeWords } from './shapes.ts';
import '../settings/settings.css';

export function Webhooks() {
  const app = useApp();
  const hooks = useAsked('webhooks', () => app.webhooks());
  const [adding, setAdding] = createSignal(false);
  return (
    <>
      <Head title="Webhooks" />
      <Answer of={hooks} reading="Reading the webhooks…">
        {(all) => (
          <For
            each={all()}
            fallback={
              <Rows>
                <Row title="No webhook yet" note="A webhook tells an address of new notices." />
              </Rows>
            }
          >
            {(hook) => <Hook of={hook} hooks={hooks} />}
          </For>
        )}
      </Answer>
      <p class="small soft">A message has the title of a notice and where to open it, and no text of a document.</p>
      <Show when={(hooks.value()?.length ?? 0) < limits.webhooksMax}>
        <div class="rows-foot">
          <button type="button" class="button" onClick={() => setAdding(true)}>
            Add a webhook
          </button>
        </div>
      </Show>
      <Show when={adding()}>
        <AddWebhook
          onClose={() => {
            setAdding(false);
            hooks.ask();
          }}
        />
      </Show>
    </>
  );
}

function Hook(props: { of: Webhook; hooks: Asked<readonly Webhook[]> }) {
  const app = useApp();
  const [removing, setRemoving] = createSignal(false);
  const parameters = () => ({ webhook: props.of.id });
  return (
    <section class="settings-part" aria-label={props.of.name}>
      <h2>{props.of.name}</h2>
      <p class="small soft">
        {props.of.host} · {shapeWords[props.of.shape]} · {topicsLine(props.of)} · since {atTime(props.of.createdAt)}
      </p>
      <Show when={props.of.deliveries.length > 0} fallback={<p class="small soft">Nothing was delivered yet.</p>}>
        <details>
          <summary>
            Deliveries <span class="mono">{props.of.deliveries.length}</span>, the last one{' '}
            <Outcome of={props.of.deliveries[0]} />
          </summary>
          <Rows label={`Deliveries of ${props.of.name}`}>
            <For each={props.of.deliveries}>
              {(delivery) => (
                <Row
                  title={topicWords[delivery.topic] ?? (delivery.notice === 'test' ? 'Test' : delivery.topic)}
                  note={delivery.problem ?? atTime(delivery.at)}
                  end={<Outcome of={delivery} />}
                />
              )}
            </For>
          </Rows>
        </details>
      </Show>
      <div class="row wrap">
        <CallButton
          label="Send a test"
          busy="Sending…"
          call={async () => {
            await app.testWebhook(props.of.id);
            props.hooks.ask();
          }}
        />
        <CopyButton label="Copy as curl" text={curlCall('webhookTest', { parameters: parameters() })} />
        <button type="button" class="button plain danger" onClick={() => setRemoving(true)}>
          Remove
        </button>
      </div>
      <Show when={removing()}>
        <FormSheet
          title={`Remove ${props.of.name}`}
          fields={{}}
          submit="Remove"
          busy="Removing…"
          tone="danger"
          curl={() => curlCall('webhookRemove', { parameters: parameters() })}
          onSubmit={async () => {
            await app.removeWebhook(props.of.id);
            props.hooks.ask();
          }}
          onClose={() => setRemoving(false)}
        >
          <p>{props.of.host} is not told of notices any more. Its secret ends with it.</p>
        </FormSheet>
      </Show>
    </section>
  );
}

/** "201", or that there was no answer. */
function Outcome(props: { of: Delivery | undefined }) {
  const isFine = () => (props.of?.status ?? 0) >= 200 && (props.of?.status ?? 0) < 300;
  return <Chip tone={isFine() ? 'complete' : 'danger'}>{props.of?.status ?? 'No answer'}</Chip>;
}

function topicsLine({ topics }: Webhook): string {
  return topics === undefined ? 'all topics' : topics.map((topic) => topicWords[topic] ?? topic).join(', ');
}
