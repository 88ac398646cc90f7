/** A spec as one dense line: how far it is, its title, and when its files changed last. */
import { type JSX, Show } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { ago, atTime } from '../../ui/time.ts';
import { counted, phaseWords } from '../words.ts';
import { PriorityBars } from './PriorityBars.tsx';
import { StatusRing } from './StatusRing.tsx';
import type { Spec } from './spec-groups.ts';

/** How many tags a line shows. */
const tagsMax = 2;

export interface SpecRowProps {
  readonly machine: string;
  readonly spec: Spec;
  readonly isChosen: boolean;
  /** It changed since the person last looked. */
  readonly isNew: boolean;
  readonly query: Readonly<Record<string, string>>;
  /** At the end of the line: what can be done with it. */
  readonly children?: JSX.Element;
}

export function SpecRow(props: SpecRowProps) {
  const href = () =>
    hrefTo({
      machine: props.machine,
      project: props.spec.project,
      place: 'spec',
      item: props.spec.folder,
      query: props.query,
    });
  const time = () => ago(props.spec.changedAt);
  return (
    <div class="card spec-row" classList={{ chosen: props.isChosen }}>
      <StatusRing spec={props.spec} />
      <div class="spec-words">
        <a class="title" href={href()} aria-current={props.isChosen ? 'true' : undefined}>
          <Show when={props.spec.number}>{(number) => <span class="number">{number()}</span>}</Show> {props.spec.title}
        </a>
        <p class="spec-note">{noteOf(props.spec)}</p>
      </div>
      <span class="spec-end">
        <Show when={props.isNew}>
          <span class="new-dot" role="img" aria-label="New" />
        </Show>
        <Show when={props.spec.priority}>{(priority) => <PriorityBars priority={priority()} />}</Show>
        <time class="mono" title={atTime(props.spec.changedAt)}>
          {time()}
        </time>
        {props.children}
      </span>
    </div>
  );
}

/** "4 of 7 · architecture, sync +3". */
function noteOf({ progress, phase, tags, problem, withheld, dependsOn }: Spec): string {
  const rest = tags.length - tagsMax;
  return [
    problem === undefined ? '' : 'cannot be read',
    withheld === undefined ? '' : 'stays on the machine',
    phase === undefined ? '' : phaseWords[phase],
    progress === undefined ? '' : `${progress.done} of ${progress.total}`,
    tags.length === 0 ? '' : `${tags.slice(0, tagsMax).join(', ')}${rest > 0 ? ` +${rest}` : ''}`,
    tags.length === 0 && dependsOn.length > 0 ? `depends on ${counted(dependsOn.length, 'spec')}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
