/** How much of a text has changed since it was decided on last, in a line of the Inbox. */
import { createResource, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { approvalName } from './approval-name.ts';
import { readChanges } from './changes.ts';

export function ChangeSize(props: { readonly machine: string; readonly project: string; readonly path: string }) {
  const app = useApp();
  // Read anew when the request or the file changes.
  const revs = () => {
    const all = Object.values(documentsOf(app.state, props.machine)).filter(({ project }) => project === props.project);
    const asked = all.find(({ path }) => path === props.path);
    const file = all.find(({ path }) => path === asked?.meta.file);
    return `${asked?.rev} ${file?.rev} ${file?.body}`;
  };
  const [diff] = createResource(revs, async () => {
    const { machine, project } = props;
    return (await readChanges(app, machine, { project, approval: approvalName(props) })).diff;
  });
  return (
    <Show when={diff.latest}>
      {(of) => (
        <p class="small soft">
          <Show when={of().additions + of().deletions > 0} fallback="No change">
            <span class="mono">
              <span class="plus">+{of().additions}</span> <span class="minus">−{of().deletions}</span>
            </span>
          </Show>{' '}
          {of().from > 0 ? `since version ${of().from}` : 'in a new text'}
        </p>
      )}
    </Show>
  );
}
