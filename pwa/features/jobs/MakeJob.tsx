/** Makes a clean-up job, switched off. */
import type { JobTool, JobType } from '#contract/jobs.ts';
import type { Machine } from '#contract/machine.ts';
import { useApp } from '../../state/context.ts';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { settledOrThrow } from '../settled.ts';
import { daysWrong, type JobList, typeChoices } from './job-words.ts';

export function MakeJob(props: { machine: Machine; tools: JobList['tools']; onClose: () => void }) {
  const app = useApp();
  const tools = () => props.tools.filter(({ rev }) => rev !== undefined);
  return (
    <FormSheet
      title="Make a job"
      submit="Make it"
      busy="Making it…"
      fields={{
        tool: {
          label: 'Tool',
          value: tools()[0]?.tool ?? '',
          choices: tools().map(({ tool }) => [tool, tool] as const),
        },
        name: { label: 'Name', maxLength: 200 },
        type: { label: 'What it removes', value: 'cleanup-archived-specs', choices: typeChoices },
        daysOld: { label: 'Days without a change', value: '30', inputMode: 'numeric', check: daysWrong },
        schedule: {
          label: 'Schedule',
          value: '0 2 * * *',
          note: 'As cron writes it: minute, hour, day, month, day of the week.',
        },
      }}
      onSubmit={async ({ tool, name, type, daysOld, schedule }) => {
        const rev = tools().find((each) => each.tool === tool)?.rev ?? 'absent';
        const args = { tool: tool as JobTool, name, type: type as JobType };
        settledOrThrow(
          await app.send(
            props.machine.id,
            'job-create',
            { ...args, daysOld: Number(daysOld), schedule, enabled: false },
            { ifRev: rev },
          ),
        );
      }}
      onClose={props.onClose}
    >
      <p class="small soft">
        The job is made switched off. Once it is on, the dashboard of the tool runs it at its next start, in all of its
        projects, and deletes permanently.
      </p>
    </FormSheet>
  );
}
