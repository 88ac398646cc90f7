/** What was open over the last days, as a chart and as a table of the days on which it changed. */
import { createMemo, For, lazy, Show, Suspense } from 'solid-js';
import { counted } from '../words.ts';
import type { Burndown, Day } from './burndown.ts';
import { dateWords, dayOf } from './days.ts';

const Chart = lazy(async () => ({ default: (await import('../../ui/Chart.tsx')).Chart }));

export function BurndownPart(props: {
  what: 'task' | 'spec';
  down: Burndown;
  /** The first day that is shown. */
  from: number;
  /** The machine has counted it, from a day on. */
  isCounted?: true;
  /** Specs that do not say when they began or ended. */
  undated?: number;
}) {
  const days = createMemo(() => {
    const shown = props.down.days.filter(({ day }) => day >= props.from);
    return shown.length > 0 ? shown : props.down.days.slice(-1);
  });
  const last = () => days().at(-1);
  const said = () => `${counted(last()?.open ?? 0, `open ${props.what}`)} of ${last()?.all ?? 0}`;
  // The last day is as wide as the others.
  const drawn = () => [
    ...days(),
    ...days()
      .slice(-1)
      .map((day) => ({ ...day, day: dayOf(day.day, 1) })),
  ];
  const lines = () =>
    [
      { label: 'All', colour: '--soft', values: drawn().map(({ all }) => all), as: 'steps' },
      { label: 'Open', colour: '--accent', values: drawn().map(({ open }) => open), as: 'area' },
    ] as const;
  return (
    <section class="project-part">
      <h2>{props.what === 'task' ? 'Open tasks' : 'Open specs'}</h2>
      <p class="chart-key">
        <span style={{ '--key': 'var(--accent)' }}>Open {last()?.open ?? 0}</span>
        <span style={{ '--key': 'var(--soft)' }}>All {last()?.all ?? 0}</span>
      </p>
      <Suspense fallback={<div class="chart" />}>
        <Chart
          label={`Open ${props.what}s by day: ${said()} today. The table below has the numbers.`}
          times={drawn().map(({ day }) => day)}
          lines={lines()}
        />
      </Suspense>
      <p class="small soft">
        <Show when={props.isCounted} fallback={`Since ${dateWords(props.down.since)}, as the files say it.`}>
          Counted since {dateWords(props.down.since)}: a task counts on the day on which the machine saw it. Nobody
          knows what was open before.
        </Show>
        <Show when={props.undated}>
          {(undated) => (
            <>
              {' '}
              {counted(undated(), 'spec')} without dates {undated() === 1 ? 'is' : 'are'} left out.
            </>
          )}
        </Show>
      </p>
      <Table what={props.what} days={turning(days())} />
    </section>
  );
}

/** The first and the last day, and those between on which something changed; newest first. */
function turning(days: readonly Day[]): readonly Day[] {
  return days
    .filter(({ all, open }, at) => {
      const before = days[at - 1];
      return before === undefined || at === days.length - 1 || before.all !== all || before.open !== open;
    })
    .toReversed();
}

function Table(props: { what: string; days: readonly Day[] }) {
  return (
    <details class="project-table">
      <summary>As a table</summary>
      <table>
        <caption class="hidden-visually">Open {props.what}s, on the days on which they changed</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Open</th>
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.days}>
            {({ day, open, all }) => (
              <tr>
                <th scope="row">{dateWords(day)}</th>
                <td>{open}</td>
                <td>{all}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </details>
  );
}
