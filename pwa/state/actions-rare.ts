/** The screens' actions on people, keys, devices and webhooks: loaded with the first of them. */
import type { Api } from '../api.ts';
import { createPasskeyActions } from './actions-passkeys.ts';
import { createAccessActions, createMemberActions } from './actions-people.ts';
import { createPushActions } from './actions-push.ts';

/** Builds the actions. All of them are calls. */
export function createRareActions(api: Api) {
  return {
    ...createPasskeyActions(api),
    ...createPushActions(api),
    ...createMemberActions(api),
    ...createAccessActions(api),
  };
}

export type RareActions = ReturnType<typeof createRareActions>;
