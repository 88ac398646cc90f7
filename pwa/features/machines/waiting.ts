/** What machines have to say: those that went offline, and those that say what is amiss with them. */
import type { Accessor } from 'solid-js';
import { feedOfMachine } from '#contract/feed-name.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf, noticesOf } from '../../state/facts/sorts.ts';
import { keptMachines } from '../../state/replica/kept-machines.ts';
import { atTime, clock } from '../../ui/time.ts';
import type { WaitingLine } from '../waiting-line.ts';

export function useMachinesWaiting(): Accessor<readonly WaitingLine[]> {
  const { state } = useApp();
  return () => {
    const all = machinesOf(state);
    return keptMachines(Object.keys(all), state.visits, clock()).flatMap((id): WaitingLine[] => {
      const machine = all[id];
      if (machine === undefined) return [];
      const actions = [{ label: 'Open', to: hrefTo({ machine: id, place: 'machine' }) }];
      const since = Date.parse(machine.statusSince);
      // What is a notice is a line of its own, which can be put off.
      const isNotice = (item: string, key: string) => `${feedOfMachine(id)}\n${item}\n${key}` in noticesOf(state);
      const conditions = (machine.conditions ?? []).filter(
        ({ topic, project }) => !isNotice('condition', project === undefined ? topic : `${topic} ${project}`),
      );
      const said = conditions.map((condition): WaitingLine => {
        const project = machine.projects.find((one) => one.id === condition.project)?.name;
        return {
          machine: id,
          key: `condition ${id} ${condition.topic} ${condition.project ?? ''}`,
          group: 'know',
          icon: 'machines',
          tone: 'progress',
          title: condition.title,
          note: `${project === undefined ? machine.name : `${project} on ${machine.name}`} · ${condition.hint}`,
          since,
          actions,
        };
      });
      if (machine.status !== 'offline' || isNotice('machine', id)) return said;
      const offline: WaitingLine = {
        machine: id,
        key: `offline ${id}`,
        group: 'know',
        icon: 'offline',
        tone: 'plain',
        title: `${machine.name} is offline since ${atTime(machine.lastSeenAt ?? machine.statusSince)}`,
        note: 'Start its bridge again, or check whether the machine is asleep.',
        since,
        actions,
      };
      return [offline, ...said];
    });
  };
}
