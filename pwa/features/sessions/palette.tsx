/** Terminals and runs by their titles, what runs in them, and where. */
import { createMemo } from 'solid-js';
import { useApp } from '../../state/context.ts';
import type { UsePalette } from '../place.ts';
import { hrefOfSession, sessionsOf } from './sessions.ts';

const shownMax = 8;

export const usePalette: UsePalette = (words) => {
  const { state } = useApp();
  const entries = createMemo(() => {
    const wanted = words().toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length === 0) return [];
    return sessionsOf(state)
      .filter(({ title, command, ran, folder }) => {
        const text = `${title} ${command} ${ran ?? ''} ${folder}`.toLowerCase();
        return wanted.every((word) => text.includes(word));
      })
      .slice(0, shownMax)
      .map((session) => ({
        href: hrefOfSession(session),
        group: 'Sessions',
        label: session.title,
        detail: () => (
          <small class="soft">
            {session.machine.name} · {session.folder}
          </small>
        ),
      }));
  });
  return { entries };
};
