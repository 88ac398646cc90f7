/** A chart by uPlot, drawn anew in the colours of light and dark. It is a picture: beside it stands a table with the same numbers. */
import { createEffect, onCleanup, onMount } from 'solid-js';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';

export interface Line {
  readonly label: string;
  /** A variable of `tokens.css`, such as `--accent`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** A line that steps, or bars; bars of several series stand beside each other. */
  readonly as: 'steps' | 'area' | 'bars';
}

const height = 200;
const dayMs = 24 * 60 * 60_000;
/** An axis says whole days and whole numbers. */
const daySteps = [1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * dayMs);
const countSteps = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1000, 10_000].map((power) => step * power))
  .sort((a, b) => a - b);

export function Chart(props: {
  /** What it shows, for readers of the screen. */
  label: string;
  /** Ms since 1970, ascending. */
  times: readonly number[];
  lines: readonly Line[];
}) {
  let place: HTMLDivElement | undefined;
  let chart: UPlot | undefined;
  const draw = () => {
    const { times, lines } = props;
    chart?.destroy();
    if (place !== undefined) chart = drawn(place, times, lines);
  };
  onMount(() => {
    const watcher = new ResizeObserver(() => chart?.setSize({ width: place?.clientWidth ?? 0, height }));
    // The colours are of the moment at which it is drawn.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const chosen = new MutationObserver(draw);
    chosen.observe(document.documentElement, { attributeFilter: ['data-scheme'] });
    scheme.addEventListener('change', draw);
    if (place !== undefined) watcher.observe(place);
    onCleanup(() => {
      watcher.disconnect();
      chosen.disconnect();
      scheme.removeEventListener('change', draw);
      chart?.destroy();
    });
  });
  createEffect(draw);
  return <div class="chart" role="img" aria-label={props.label} ref={place} />;
}

function drawn(place: HTMLElement, times: readonly number[], lines: readonly Line[]): UPlot {
  const bars = lines.filter(({ as }) => as === 'bars');
  const [soft, rule] = [colourOf(place, '--soft'), colourOf(place, '--line')];
  const axis = { stroke: soft, font: '12px system-ui', grid: { stroke: rule, width: 1 }, ticks: { show: false } };
  return new UPlot(
    {
      width: place.clientWidth,
      height,
      ms: 1,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 28, 0, 0],
      // Bars of the first and the last week need room.
      scales: { x: { range: (_, from, to) => rangeOf(from, to, bars.length > 0, times) }, y: { range: fromZero } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          values: (_, splits) => splits.map(dayWords),
          space: 64,
          size: 28,
          incrs: daySteps,
        },
        { ...axis, size: 40, incrs: countSteps },
      ],
      series: [{}, ...lines.map((line) => seriesOf(place, line, bars))],
    },
    [[...times], ...lines.map(({ values }) => [...values])],
    place,
  );
}

function seriesOf(place: HTMLElement, line: Line, bars: readonly Line[]): UPlot.Series {
  const colour = colourOf(place, line.colour);
  const common = { stroke: colour, width: 2, points: { show: false } };
  const { bars: barPaths, stepped } = UPlot.paths;
  if (line.as !== 'bars')
    return {
      ...common,
      ...(line.as === 'area' ? { fill: colourOf(place, `${line.colour}-soft`) } : {}),
      ...(stepped && { paths: stepped({ align: 1 }) }),
    };
  const align = bars.length === 1 ? 0 : bars.indexOf(line) === 0 ? -1 : 1;
  return {
    ...common,
    width: 0,
    fill: colour,
    ...(barPaths && { paths: barPaths({ size: [bars.length === 1 ? 0.6 : 0.36, 40], align }) }),
  };
}

function rangeOf(from: number, to: number, isBars: boolean, times: readonly number[]): [number, number] {
  const step = isBars && times.length > 1 ? ((times[1] ?? 0) - (times[0] ?? 0)) / 2 : 0;
  return from === to ? [from - dayMs, to + dayMs] : [from - step, to + step];
}

function fromZero(_: UPlot, _from: number, to: number): [number, number] {
  return [0, Math.max(1, Math.ceil((to || 0) * 1.08))];
}

function dayWords(time: number): string {
  return new Date(time).toLocaleDateString([], { day: 'numeric', month: 'short' });
}

/** A variable as a colour that a canvas takes. */
function colourOf(place: HTMLElement, variable: string): string {
  place.style.color = `var(${variable})`;
  const { color } = getComputedStyle(place);
  place.style.color = '';
  return color;
}
