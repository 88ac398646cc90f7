/** What was done in each of the last weeks, as bars and as a table. */
import { For, lazy, Show, Suspense } from 'solid-js';
import { dateWords } from './days.ts';
import type { Week } from './throughput.ts';

const Chart = lazy(async () => ({ default: (await import('../../ui/Chart.tsx')).Chart }));

interface ThroughputProps {
  readonly weeks: readonly Week[];
  /** When the machine began to count tasks; undefined in a project without any. */
  readonly since: number | undefined;
  readonly hasSpecs: boolean;
}

export function Throughput(props: ThroughputProps) {
  const done = () => props.weeks.map(({ tasks, specs }) => (tasks === null ? null : tasks + specs));
  const what = () =>
    props.since === undefined ? 'Specs completed' : props.hasSpecs ? 'Tasks and specs done' : 'Tasks done';
  const sum = (some: readonly (number | null)[]) => some.reduce<number>((all, one) => all + (one ?? 0), 0);
  const decided = () => props.weeks.map(({ approved, sentBack }) => approved + sentBack);
  return (
    <section class="project-part">
      <h2>Each week</h2>
      <p class="chart-key">
        <span style={{ '--key': 'var(--complete)' }}>
          {what()} {sum(done())}
        </span>
        <span style={{ '--key': 'var(--planned)' }}>Decisions {sum(decided())}</span>
      </p>
      <Suspense fallback={<div class="chart" />}>
        <Chart
          label={`${what()} and decisions in the last ${props.weeks.length} weeks. The table below has the numbers.`}
          times={props.weeks.map(({ week }) => week)}
          lines={[
            { label: what(), colour: '--complete', values: done(), as: 'bars' },
            { label: 'Decisions', colour: '--planned', values: decided(), as: 'bars' },
          ]}
        />
      </Suspense>
      <p class="small soft">
        <Show when={props.since}>
          {(since) => (
            <>
              Before {dateWords(since())}, a task counts in the week of its first implementation log; a dash stands
              where there is no log either.{' '}
            </>
          )}
        </Show>
        Decisions are those that the machine saw, and those of which the tool has kept the text. Rejections before that
        are not known.
      </p>
      <Table {...props} />
    </section>
  );
}

function Table(props: ThroughputProps) {
  return (
    <details class="project-table">
      <summary>As a table</summary>
      <table>
        <caption class="hidden-visually">What was done in each week</caption>
        <thead>
          <tr>
            <th scope="col">Week of</th>
            <Show when={props.since !== undefined}>
              <th scope="col">Tasks</th>
            </Show>
            <Show when={props.hasSpecs}>
              <th scope="col">Specs</th>
            </Show>
            <th scope="col">Approved</th>
            <th scope="col">Sent back</th>
            <th scope="col">Logs</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.weeks.toReversed()}>
            {(week) => (
              <tr>
                <th scope="row">{dateWords(week.week)}</th>
                <Show when={props.since !== undefined}>
                  <td>{week.tasks ?? '–'}</td>
                </Show>
                <Show when={props.hasSpecs}>
                  <td>{week.specs}</td>
                </Show>
                <td>{week.approved}</td>
                <td>{week.sentBack}</td>
                <td>{week.logs}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </details>
  );
}
