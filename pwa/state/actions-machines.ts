/** The screens' actions on machines: register, rename, remove, and keep on this device. */
import type { App } from './app-state.ts';
import type { Parts } from './parts.ts';

type MachineActions = Pick<
  App,
  | 'openMachine'
  | 'keepMachine'
  | 'renameMachine'
  | 'removeMachine'
  | 'replaceMachineKey'
  | 'createMachine'
  | 'lookDevice'
  | 'decideDevice'
>;

/** Builds the actions. */
export function createMachineActions({ api, visits, heard }: Parts): MachineActions {
  return {
    openMachine(machine) {
      visits.opened(machine);
      heard.watch(machine);
    },
    keepMachine: (machine, kept) => visits.mark(machine, kept),
    async renameMachine(machine, name) {
      await api.call('machineRename', { parameters: { machine }, body: { name } });
    },
    async removeMachine(machine) {
      await api.call('machineRemove', { parameters: { machine } });
    },
    async replaceMachineKey(machine) {
      return (await api.call('machineKeyReplace', { parameters: { machine } })).key;
    },
    async createMachine(name) {
      const { machine, key } = await api.call('machineCreate', { body: { name } });
      return { ...machine, key };
    },
    lookDevice: (code) => api.call('deviceLook', { body: { code } }),
    async decideDevice(code, decision) {
      await api.call('deviceDecide', { body: { code, decision } });
    },
  };
}
