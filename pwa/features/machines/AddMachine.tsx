/** How another machine joins: a command that shows a code, or a key for a machine that nobody sits at. */
import { createSignal, Show } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { Form } from '../../ui/form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { curlCall } from '../curl-call.ts';

export function AddMachine(props: { onClose: () => void }) {
  const app = useApp();
  const [key, setKey] = createSignal<string>();
  return (
    <Sheet title="Add a machine" onClose={props.onClose}>
      <Show
        when={key()}
        fallback={
          <div class="stack">
            <p>Run this on the machine. It shows a code and a QR code:</p>
            <BridgeCommand text={`login ${location.origin}`} />
            <a class="button" href={hrefTo({ place: 'pair' })}>
              Enter the code
            </a>
            <Form
              fields={{ name: { label: 'Name of the machine', maxLength: 100 } }}
              submit="Create its key"
              busy="Creating its key…"
              tone="quiet"
              curl={(body) => curlCall('machineCreate', { body })}
              onSubmit={async ({ name }) => void setKey((await app.createMachine(name)).key)}
            >
              <p>For an unattended machine, create a key instead:</p>
            </Form>
          </div>
        }
      >
        {(made) => (
          <div class="stack">
            <p role="status">Run this on the machine. The key is shown only once.</p>
            <BridgeCommand text={`run --url ${location.origin} --key ${made()} ~/code/my-project`} />
          </div>
        )}
      </Show>
    </Sheet>
  );
}
