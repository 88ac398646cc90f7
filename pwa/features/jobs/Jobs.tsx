/** The clean-up jobs of a machine, a line each, and how one is made. */
import { createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, type Asked, useAsked } from '../asked.tsx';
import { JobPage } from './JobPage.tsx';
import { itemOf, type JobList, jobLine, mayDestroy } from './job-words.ts';
import { MakeJob } from './MakeJob.tsx';

export function Jobs(props: { machine: Machine; route: Route }) {
  const app = useApp();
  const list = useAsked(`jobs ${props.machine.id}`, () => app.ask(props.machine.id, 'job-list', {}));
  const shown = (all: JobList) => all.items.find((job) => itemOf(job) === props.route.item);
  return (
    <Answer of={list} reading="Asking the machine for its jobs…">
      {(all) => (
        <Show when={shown(all())} keyed fallback={<List machine={props.machine} list={list} all={all()} />}>
          {(job) => <JobPage machine={props.machine} job={job} rev={revOf(all(), job.tool)} list={list} />}
        </Show>
      )}
    </Answer>
  );
}

/** The rev of a tool's settings, where they can be read. */
function revOf(all: JobList, tool: string): string | undefined {
  return all.tools.find((each) => each.tool === tool)?.rev;
}

function List(props: { machine: Machine; list: Asked<JobList>; all: JobList }) {
  const [making, setMaking] = createSignal(false);
  return (
    <article>
      <Head title="Clean-up jobs" line={props.machine.name} />
      <For each={props.all.tools.filter(({ problem }) => problem !== undefined)}>
        {(tool) => (
          <p class="strip" role="alert">
            {tool.tool}: {tool.problem}
          </p>
        )}
      </For>
      <Show
        when={props.all.items.length > 0}
        fallback={
          <Empty title="No jobs">
            spec-workflow and spec-context can remove old specs and approvals by a schedule. None is kept on this
            machine.
          </Empty>
        }
      >
        <Rows label="Jobs">
          <For each={props.all.items}>
            {(job) => (
              <Row
                href={hrefTo({ machine: props.machine.id, place: 'jobs', item: itemOf(job) })}
                title={job.name ?? job.id}
                note={job.problem ?? jobLine(job)}
                end={
                  <Chip tone={!job.valid ? 'danger' : job.enabled ? 'progress' : 'quiet'}>
                    {!job.valid ? 'Not valid' : job.nextRun === undefined ? 'Off' : atTime(job.nextRun)}
                  </Chip>
                }
              />
            )}
          </For>
        </Rows>
      </Show>
      <Show
        when={mayDestroy(props.machine, 'job-create')}
        fallback={<p class="small soft">The policy of this machine lets nobody make, change or run jobs from afar.</p>}
      >
        <Show when={props.all.tools.length > 0}>
          <div class="rows-foot">
            <button type="button" class="button" onClick={() => setMaking(true)}>
              Make a job
            </button>
          </div>
        </Show>
      </Show>
      <Show when={making()}>
        <MakeJob
          machine={props.machine}
          tools={props.all.tools}
          onClose={() => {
            setMaking(false);
            props.list.ask();
          }}
        />
      </Show>
    </article>
  );
}
