/** The screens' actions on machines and what runs there: register, rename, remove, pair, stop. */
import type { Api } from '../../api.ts';
import type { App } from '../app-state.ts';

type MachineActions = Pick<
  App,
  | 'renameMachine'
  | 'removeMachine'
  | 'replaceMachineKey'
  | 'createMachine'
  | 'lookDevice'
  | 'decideDevice'
  | 'stopCommand'
>;

/** Builds the actions. */
export function createMachineActions(api: Api): MachineActions {
  return {
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
    async stopCommand(machine, id) {
      await api.call('commandCancel', { parameters: { machine, id } });
    },
  };
}
