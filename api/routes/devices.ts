/** Machines that sign in with a code (RFC 8628): the calls of the person who approves one. */
import { parseUserCode } from '#contract/device.ts';
import { Problem } from '#contract/problems.ts';
import { addressOf } from '../middleware/origin.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { ownMachine } from './machine-key.ts';

/** The handlers of `/v1/device-codes/…`. */
export function deviceHandlers({ identity, relay, config, failures, codeTries }: RouteDeps) {
  return {
    deviceLook: async ({ caller, body: { code }, context }) => {
      codeTries.note();
      const found = await failures.guard(addressOf(context.req, config), () =>
        identity.devices.look(codeOf(code), caller.person),
      );
      const iso = (ms: number) => new Date(ms).toISOString();
      const { name, os, address, machine, createdAt, expiresAt } = found;
      const system = os === undefined ? {} : { os };
      const replaces = await ownMachine(relay, caller.organisation, machine);
      return {
        json: {
          name,
          ...system,
          address,
          ...(replaces && { replaces }),
          createdAt: iso(createdAt),
          expiresAt: iso(expiresAt),
        },
      };
    },
    deviceDecide: async ({ caller, body: { code, decision }, context }) => {
      codeTries.note();
      await failures.guard(addressOf(context.req, config), () =>
        identity.devices.decide(codeOf(code), caller, decision),
      );
      return { json: {} };
    },
  } satisfies Partial<Handlers>;
}

function codeOf(typed: string): string {
  const code = parseUserCode(typed);
  if (code === undefined) throw new Problem('device-code-unknown', 'A code is eight letters, as BCDF-GHJK.');
  return code;
}
