/** What a run of a job would do now; it can be run only from here, by typing the names of the active specs. */
import { createSignal, For, Show } from 'solid-js';
import type { Job } from '#contract/jobs.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { Form } from '../../ui/form.tsx';
import { ProblemLine } from '../../ui/problem-line.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { settledOrThrow } from '../settled.ts';
import { counted } from '../words.ts';
import { mayDestroy, namesIn, namesWrong, planNote } from './job-words.ts';
import { Restore } from './Restore.tsx';

type PlanTold = ResultOf<'job-plan'>;

export function Plan(props: { machine: Machine; job: Job; onRun: () => void }) {
  const app = useApp();
  const [plan, setPlan] = createSignal<PlanTold>();
  const [includePending, setIncludePending] = createSignal(false);
  const [ran, setRan] = createSignal<ResultOf<'job-run'>>();
  const call = createCall();
  const named = () => ({ tool: props.job.tool, job: props.job.id, includePending: includePending() });
  const ask = () => void call.run(async () => void setPlan(await app.ask(props.machine.id, 'job-plan', named())));
  const run = async (told: PlanTold, names: string) => {
    const args = { ...named(), confirm: [...namesIn(names)] };
    const settled = await app.send(props.machine.id, 'job-run', args, { ifRev: told.planRev });
    setRan(settledOrThrow(settled));
    setPlan(undefined);
    props.onRun();
  };
  ask();
  return (
    <section>
      <h2 class="rows-head">What a run would do now</h2>
      <Show when={props.job.type === 'cleanup-approvals'}>
        <label class="job-tick">
          <input
            type="checkbox"
            checked={includePending()}
            onChange={(event) => {
              setIncludePending(event.currentTarget.checked);
              ask();
            }}
          />
          Also approvals that still wait
        </label>
      </Show>
      <ProblemLine of={call.problem()} />
      <Show when={ran()}>{(result) => <Restore machine={props.machine} run={result()} onRestored={ask} />}</Show>
      <Show
        when={plan()}
        fallback={<Show when={call.busy()}>{<Skeleton text="Looking through the projects…" />}</Show>}
      >
        {(told) => <Told machine={props.machine} plan={told()} onRun={(names) => run(told(), names)} />}
      </Show>
      <button type="button" class="button" onClick={ask}>
        Plan again
      </button>
    </section>
  );
}

function Told(props: { machine: Machine; plan: PlanTold; onRun: (names: string) => Promise<void> }) {
  const active = () => [
    ...new Set(props.plan.items.flatMap(({ spec, archived }) => (spec === undefined || archived ? [] : [spec]))),
  ];
  return (
    <>
      <Rows label="What would move to the trash">
        <For each={props.plan.items} fallback={<Row title="Nothing" note="Nothing is old enough." />}>
          {(item) => <Row title={item.spec ?? item.approval ?? item.path} note={planNote(item)} />}
        </For>
        <For each={props.plan.skipped}>{({ projectName, why }) => <Row title={projectName} note={why} />}</For>
      </Rows>
      <Show when={props.plan.more > 0}>
        <p class="small soft">{counted(props.plan.more, 'more')}: a later run takes them.</p>
      </Show>
      <Show when={props.plan.items.length > 0 && mayDestroy(props.machine, 'job-run')}>
        <Form
          fields={
            active().length === 0
              ? {}
              : {
                  names: {
                    label: 'Type the names of the active specs',
                    note: 'With commas between them. They move to the trash, and can be restored for 30 days.',
                    check: (typed: string) => namesWrong(typed, active()),
                  },
                }
          }
          submit={`Move ${counted(props.plan.items.length, 'item')} to the trash`}
          busy="Moving…"
          tone="danger"
          onSubmit={(values) => props.onRun((values as { names?: string }).names ?? '')}
        />
      </Show>
    </>
  );
}
