/** What the relay keeps of the organisation, counted, and what this device keeps. */
import { createResource, For, Show } from 'solid-js';
import { limits } from '#contract/limits.ts';
import { hrefTo } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import { Row, Rows } from '../../ui/rows.tsx';
import { counted } from '../words.ts';

const DAY_MS = 24 * 3600 * 1000;
const MIB = 1024 * 1024;

export function Usage() {
  const { state } = useApp();
  const machines = () =>
    Object.values(machinesOf(state))
      .map(({ id, name, projects }) => ({
        id,
        name,
        projects: projects.length,
        documents: projects.reduce((sum, { documents }) => sum + documents, 0),
      }))
      .sort((a, b) => b.documents - a.documents);
  const total = () => machines().reduce((sum, { documents }) => sum + documents, 0);
  return (
    <>
      <Head title="Usage" />
      <h2 class="rows-head">
        Documents at the relay <span class="mono">{total()}</span>
      </h2>
      <Rows label="Documents at the relay">
        <For each={machines().slice(0, mostShown)}>
          {(machine) => (
            <Row
              href={hrefTo({ place: 'machine', machine: machine.id })}
              title={machine.name}
              note={counted(machine.projects, 'project')}
              end={counted(machine.documents, 'document')}
            />
          )}
        </For>
      </Rows>
      <Show when={machines().length > mostShown}>
        <p class="small soft">The {mostShown} machines with the most documents.</p>
      </Show>
      <h2 class="rows-head">How long it keeps things</h2>
      <Rows label="How long it keeps things">
        <Row
          title="Documents"
          note={`As long as they are on the machine, at most ${limits.documentsPerMachineMax.toLocaleString('en')} for each machine`}
        />
        <Row
          title="Changes"
          note="To read what came while a device was away"
          end={`${limits.logAgeMsMax / DAY_MS} days`}
        />
        <Row title="Audit" note="The newest" end={`${limits.auditEntriesMax.toLocaleString('en')} entries`} />
      </Rows>
      <ThisDevice />
    </>
  );
}

const mostShown = 50;

function ThisDevice() {
  const [estimate] = createResource(async () => (await navigator.storage?.estimate?.())?.usage);
  return (
    <Show when={estimate.state === 'ready' && estimate()}>
      {(bytes) => (
        <>
          <h2 class="rows-head">On this device</h2>
          <Rows label="On this device">
            <Row title="Copies for reading offline, and the app" end={`${(bytes() / MIB).toFixed(1)} MiB`} />
          </Rows>
        </>
      )}
    </Show>
  );
}
