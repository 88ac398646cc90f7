/** Hours in which a device is not notified. */
import { Show } from 'solid-js';
import type { QuietHours as Quiet } from '#contract/push.ts';
import { CallButton } from '../../ui/call-button.tsx';

const night = { from: 22 * 60, to: 7 * 60 };

export function QuietHours(props: { of: Quiet | undefined; onChange: (quiet: Quiet | null) => Promise<void> }) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const set = (part: Partial<Quiet>) => void props.onChange({ ...night, zone, ...props.of, ...part });
  return (
    <Show
      when={props.of}
      fallback={<CallButton label="Set quiet hours" busy="Setting…" call={() => props.onChange({ ...night, zone })} />}
    >
      {(quiet) => (
        <div class="row wrap">
          <label>
            Quiet from{' '}
            <input
              type="time"
              value={clockOf(quiet().from)}
              onChange={({ target }) => set({ from: minuteOf(target.value) ?? quiet().from })}
            />
          </label>
          <label>
            to{' '}
            <input
              type="time"
              value={clockOf(quiet().to)}
              onChange={({ target }) => set({ to: minuteOf(target.value) ?? quiet().to })}
            />
          </label>
          <span class="small soft">{quiet().zone}</span>
          <CallButton label="No quiet hours" busy="Removing…" call={() => props.onChange(null)} />
        </div>
      )}
    </Show>
  );
}

function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function minuteOf(clock: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(clock) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
