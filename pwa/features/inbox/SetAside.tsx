/** What was put off or dismissed, so that it can be brought back. */
import { createMemo, For, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { atTime } from '../../ui/time.ts';
import { counted } from '../words.ts';
import { marksOf, unmarkNotice } from './marks.ts';
import { hrefOfNotice } from './notice-href.ts';
import type { NoticeShown } from './waiting.ts';

export function SetAside(props: { notices: readonly NoticeShown[] }) {
  const app = useApp();
  const marks = createMemo(() => marksOf(app.state));
  const when = ({ key }: NoticeShown) => {
    const mark = marks().get(key);
    return mark?.state === 'put-off' ? `Put off until ${atTime(String(mark.meta.until))}` : 'Dismissed';
  };
  return (
    <Show when={props.notices.length > 0}>
      <details class="inbox-aside">
        <summary>{counted(props.notices.length, 'notice')} put off or dismissed</summary>
        <ul>
          <For each={props.notices}>
            {(shown) => (
              <li class="row wrap">
                <span>
                  <a href={hrefOfNotice(shown)}>{shown.notice.title}</a>
                  <span class="small soft"> · {when(shown)}</span>
                </span>
                <button type="button" class="button plain spread" onClick={() => unmarkNotice(app, shown.key)}>
                  Bring back
                </button>
              </li>
            )}
          </For>
        </ul>
      </details>
    </Show>
  );
}
