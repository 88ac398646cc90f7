/** Starts terminals and commands, and waits until they can be shown. */
import { createEffect, createRoot } from 'solid-js';
import type { ArgsOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { App } from '../../state/app-state.ts';
import { settledInForm } from '../settled.ts';
import { type Session, sessionsOf } from './sessions.ts';
import { sizeOfScreen } from './terminal-size.ts';

type Started = Pick<Session, 'kind' | 'id'>;
type Place = Pick<ArgsOf<'exec'>, 'project' | 'cwd'>;

/** How long the record of what has started may take, in ms. Then the screen says that it waits. */
const recordMs = 5000;

/** Resolves once the terminal is there. Throws why it is not. */
export async function openTerminal(
  app: App,
  machine: string,
  args: Place & Partial<Pick<ArgsOf<'terminal-open'>, 'argv' | 'title'>>,
): Promise<Started> {
  const settled = await app.send(machine, 'terminal-open', { ...args, ...sizeOfScreen() }, {});
  const id = settledInForm(app, settled)?.terminal ?? '';
  await whenFound(app, (session) => session.id === id);
  return { kind: 'terminal', id };
}

/** Resolves once the run has begun, or has ended. Throws why it has not. */
export async function runCommand(
  app: App,
  machine: string,
  args: Place & Pick<ArgsOf<'exec'>, 'command' | 'argv'>,
): Promise<Started> {
  // What a person waits for has no short limit of its own.
  const sent = app.send(machine, 'exec', { ...args, timeoutSeconds: limits.runSecondsMax }, {});
  const wish = app.state.wishes[0]?.id;
  const begun = whenFound(
    app,
    ({ record }) => wish !== undefined && record.meta.command === wish,
    Number.POSITIVE_INFINITY,
  );
  const ended = sent.then((settled) => settledInForm(app, settled)?.run ?? '');
  const id = await Promise.race([begun.then((session) => session?.id ?? ended), ended]);
  // Later its end is told by the toasts.
  ended.catch(() => {});
  return { kind: 'run', id };
}

/** The first session that fits, once there is one; undefined after `ms`. */
function whenFound(app: App, fits: (session: Session) => boolean, ms = recordMs): Promise<Session | undefined> {
  return new Promise((resolve) =>
    createRoot((stop) => {
      const end = (session?: Session) => {
        clearTimeout(timer);
        stop();
        resolve(session);
      };
      const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined;
      createEffect(() => {
        const found = sessionsOf(app.state).find(fits);
        if (found !== undefined) queueMicrotask(() => end(found));
      });
    }),
  );
}
