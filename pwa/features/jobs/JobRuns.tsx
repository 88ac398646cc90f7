/** The last runs of a job: how many items each removed, as bars and as a table. */
import { For, Show } from 'solid-js';
import type { Job, JobExecution } from '#contract/jobs.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { useApp } from '../../state/context.ts';
import { atTime } from '../../ui/time.ts';
import { Answer, type Asked, useAsked } from '../asked.tsx';
import { counted } from '../words.ts';

/** As many as fit beside each other on a phone. */
const runsShown = 20;

interface Runs {
  readonly history: readonly JobExecution[];
  readonly stats: ResultOf<'job-stats'>;
}

/** Asks the machine for them. */
export function useRuns(machine: string, { tool, id: job }: Job): Asked<Runs> {
  const app = useApp();
  return useAsked(`job runs ${machine} ${tool} ${job}`, async () => {
    const [history, stats] = await Promise.all([
      app.ask(machine, 'job-history', { tool, job, limit: runsShown }),
      app.ask(machine, 'job-stats', { tool, job }),
    ]);
    return { history: history.items, stats };
  });
}

export function JobRuns(props: { runs: Asked<Runs> }) {
  return (
    <section>
      <h2 class="rows-head">Runs</h2>
      <Answer of={props.runs} reading="Reading its history…">
        {(told) => (
          <Show when={told().history.length > 0} fallback={<p class="soft">It has not run yet.</p>}>
            <p>
              {counted(told().stats.totalExecutions, 'run')}, {Math.round(told().stats.successRate)} % successful,{' '}
              {counted(told().stats.totalItemsDeleted, 'item')} removed.
            </p>
            <Bars of={told().history} />
            <Table of={told().history} />
          </Show>
        )}
      </Answer>
    </section>
  );
}

function Bars(props: { of: readonly JobExecution[] }) {
  const most = () => Math.max(1, ...props.of.map(({ itemsDeleted }) => itemsDeleted));
  return (
    <div class="job-bars" aria-hidden="true">
      <For each={props.of.toReversed()}>
        {(run) => (
          <span
            class="job-bar"
            classList={{ failed: !run.success }}
            style={{ '--job-share': String(run.itemsDeleted / most()) }}
          />
        )}
      </For>
    </div>
  );
}

function Table(props: { of: readonly JobExecution[] }) {
  return (
    <table class="job-runs">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Removed</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.of}>
          {(run) => (
            <tr>
              <td>{atTime(run.executedAt)}</td>
              <td>
                {run.itemsDeleted} of {run.itemsProcessed}
              </td>
              <td>{run.success ? 'done' : (run.error ?? 'failed')}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
