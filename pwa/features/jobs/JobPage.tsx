/** One job: what it is, what a run would do now, its runs, and what can be changed. */
import { createSignal, Show, untrack } from 'solid-js';
import type { Job } from '#contract/jobs.ts';
import type { Machine } from '#contract/machine.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { atTime } from '../../ui/time.ts';
import type { Asked } from '../asked.tsx';
import { settledOrThrow } from '../settled.ts';
import { JobRuns, useRuns } from './JobRuns.tsx';
import { daysWrong, type JobList, jobLine, mayDestroy, runnerLine } from './job-words.ts';
import { Plan } from './Plan.tsx';
import './jobs.css';
import { ProblemLine } from '../../ui/problem-line.tsx';

export function JobPage(props: { machine: Machine; job: Job; rev: string | undefined; list: Asked<JobList> }) {
  // The page is drawn anew for another job.
  const runs = untrack(() => useRuns(props.machine.id, props.job));
  const ran = () => {
    props.list.ask();
    runs.ask();
  };
  return (
    <article class="job-page">
      <Head title={props.job.name ?? props.job.id} line={jobLine(props.job)} />
      <dl class="facts">
        <dt>Tool</dt>
        <dd>{props.job.tool}</dd>
        <dt>Schedule</dt>
        <dd class="mono">{props.job.schedule ?? 'none'}</dd>
        <dt>Next</dt>
        <dd>{props.job.nextRun === undefined ? 'not planned' : atTime(props.job.nextRun)}</dd>
        <dt>Last run</dt>
        <dd>{props.job.lastRun === undefined ? 'never' : atTime(props.job.lastRun)}</dd>
      </dl>
      <p>{props.job.problem ?? runnerLine(props.job)}</p>
      <Show when={props.job.valid}>
        <Plan machine={props.machine} job={props.job} onRun={ran} />
      </Show>
      <JobRuns runs={runs} />
      <Changing machine={props.machine} job={props.job} rev={props.rev} list={props.list} />
    </article>
  );
}

function Changing(props: { machine: Machine; job: Job; rev: string | undefined; list: Asked<JobList> }) {
  const app = useApp();
  const call = createCall();
  const [changing, setChanging] = createSignal(false);
  const named = () => ({ tool: props.job.tool, job: props.job.id });
  const options = () => ({ ifRev: props.rev ?? 'absent' });
  const update = async (args: { enabled?: boolean; daysOld?: number; schedule?: string; name?: string }) => {
    settledOrThrow(await app.send(props.machine.id, 'job-update', { ...named(), ...args }, options()));
    props.list.ask();
  };
  const remove = async () => {
    settledOrThrow(await app.send(props.machine.id, 'job-delete', named(), options()));
    props.list.ask();
    navigate({ machine: props.machine.id, place: 'jobs' });
  };
  return (
    <>
      <ProblemLine of={call.problem()} />
      <div class="rows-foot">
        <Show when={mayDestroy(props.machine, 'job-update')}>
          <button type="button" class="button" onClick={() => setChanging(true)}>
            Change it
          </button>
          <button
            type="button"
            class="button"
            onClick={() => void call.run(() => update({ enabled: !props.job.enabled }))}
          >
            {props.job.enabled ? 'Switch it off' : 'Switch it on'}
          </button>
        </Show>
        <button type="button" class="button danger" onClick={() => void call.run(remove)}>
          Delete the job
        </button>
      </div>
      <Show when={changing()}>
        <FormSheet
          title="Change the job"
          submit="Change it"
          busy="Changing it…"
          fields={{
            name: { label: 'Name', value: props.job.name ?? '', maxLength: 200 },
            daysOld: {
              label: 'Days without a change',
              value: String(props.job.config.daysOld ?? 30),
              inputMode: 'numeric',
              check: daysWrong,
            },
            schedule: { label: 'Schedule', value: props.job.schedule ?? '' },
          }}
          onSubmit={({ name, daysOld, schedule }) => update({ name, daysOld: Number(daysOld), schedule })}
          onClose={() => setChanging(false)}
        />
      </Show>
    </>
  );
}
