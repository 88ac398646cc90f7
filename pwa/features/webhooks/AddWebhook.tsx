/** Adds a webhook, and shows its secret once. */
import { createSignal, For, Show } from 'solid-js';
import type { WebhookRequest, WebhookShape } from '#contract/webhook.ts';
import { useApp } from '../../state/context.ts';
import { ChipButton } from '../../ui/chip.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { type Fields, Form, type Values } from '../../ui/form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { curlCall } from '../curl-call.ts';
import { topicsOf, topicsWithout, topicWords } from '../notifications/topics.ts';
import { shapeWords } from './shapes.ts';

/** Why the relay would refuse an address, as far as it can be seen here: http is for addresses that its operator has allowed. */
function whyNoAddress(typed: string): string | undefined {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'This is no address. It begins with https://';
  if (url.username === '' && url.password === '') return undefined;
  return 'Leave the name and password out: an address must not contain them.';
}

const fields = {
  name: { label: 'Name', maxLength: 100 },
  url: {
    label: 'Address',
    note: 'A public https address. Only its host is shown later.',
    placeholder: 'https://ntfy.sh/my-topic',
    maxLength: 1024,
    check: whyNoAddress,
  },
  shape: { label: 'Messages as', value: 'json', choices: Object.entries(shapeWords) },
} as const satisfies Fields;

export function AddWebhook(props: { onClose: () => void }) {
  const app = useApp();
  const [secret, setSecret] = createSignal<string>();
  const [topics, setTopics] = createSignal<string[] | null>(null);
  const chosen = () => {
    const only = topics();
    return only === null ? {} : { topics: only };
  };
  const request = ({ name, url, shape }: Values<typeof fields>): WebhookRequest => {
    return { name, url, shape: shape as WebhookShape, ...chosen() };
  };
  return (
    <Sheet title="Add a webhook" onClose={props.onClose}>
      <Show
        when={secret()}
        fallback={
          <Form
            fields={fields}
            submit="Add the webhook"
            busy="Adding…"
            about={{ 'outbound-refused': 'url' }}
            curl={(values) => curlCall('webhookCreate', { body: request(values) })}
            onSubmit={async (values) => void setSecret(await app.createWebhook(request(values)))}
          >
            <fieldset class="form-choices">
              <legend class="small soft">Told of</legend>
              <div class="row wrap">
                <For each={topicsOf(chosen())}>
                  {({ topic, isOn }) => (
                    <ChipButton
                      tone={isOn ? 'accent' : 'plain'}
                      pressed={isOn}
                      onClick={() => setTopics(topicsWithout(chosen(), topic))}
                    >
                      {topicWords[topic] ?? topic}
                    </ChipButton>
                  )}
                </For>
              </div>
            </fieldset>
          </Form>
        }
      >
        {(made) => (
          <div class="stack">
            <p role="status">
              Copy the secret now. It is shown only once. Each message is signed with it: HMAC-SHA256 over the
              timestamp, a dot and the body.
            </p>
            <CommandLine text={made()} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}
