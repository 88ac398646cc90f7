/** Machines that sign in with a code (RFC 8628): the calls of the machine. */
import { deviceGrantType, type TokenError } from '#contract/device.ts';
import { calls } from '#contract/paths.ts';
import { Problem } from '#contract/problems.ts';
import { addressOf, originOf } from '../middleware/origin.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { addMachine, ownMachine, replaceMachineKey } from './machine-key.ts';

/** The handlers of `/oauth/…` and the metadata. */
export function oauthHandlers({ identity, relay, config, asking }: RouteDeps) {
  return {
    oauthMetadata: ({ context }) => {
      const issuer = originOf(context.req, config);
      return {
        json: {
          issuer,
          device_authorization_endpoint: `${issuer}${calls.deviceAuthorization.path}`,
          token_endpoint: `${issuer}${calls.token.path}`,
          grant_types_supported: [deviceGrantType],
          response_types_supported: [],
          token_endpoint_auth_methods_supported: ['none'],
          service_documentation: `${issuer}/docs`,
        },
      };
    },
    deviceAuthorization: async ({ body: { machine_name: name, os, machine }, context }) => {
      const address = addressOf(context.req, config);
      asking.alarm.note();
      await asking.perNetwork.take(address);
      const begun = await identity.devices.begin({
        name,
        address,
        ...(os === undefined ? {} : { os }),
        ...(machine === undefined ? {} : { machine }),
      });
      // In the fragment, which no server and no log sees.
      const page = `${originOf(context.req, config)}/#/pair`;
      return {
        json: {
          device_code: begun.deviceCode,
          user_code: begun.userCode,
          verification_uri: page,
          verification_uri_complete: `${page}/${begun.userCode}`,
          expires_in: begun.expiresIn,
          interval: begun.interval,
        },
      };
    },
    token: async ({ body: { grant_type, device_code } }) => {
      if (grant_type !== deviceGrantType) return refused('unsupported_grant_type');
      if (device_code === undefined) return refused('invalid_request', 'device_code is missing.');
      const polled = await identity.devices.poll(device_code);
      if (polled.is !== 'approved') return refused(polled.is);
      const { organisation, actor } = polled.by;
      const replaced = await ownMachine(relay, organisation, polled.asking.machine);
      const { machine, key } =
        replaced === undefined
          ? await addMachine({ relay, identity }, organisation, polled.asking.name, actor)
          : await replaceMachineKey({ relay, identity }, organisation, replaced.id, actor);
      const into = await identity.organisations.get(organisation);
      const told = { machine, organisation: into, by: { name: actor.name } };
      return { json: { access_token: key, token_type: 'Bearer', ...told } };
    },
  } satisfies Partial<Handlers>;
}

const reasons: Readonly<Record<TokenError['error'], string>> = {
  authorization_pending: 'Nobody has decided yet.',
  slow_down: 'Wait 5 seconds longer between your questions.',
  access_denied: 'The machine was turned away.',
  expired_token: 'This code has expired, or was used already. Run `sallyport login` again for a new one.',
  invalid_request: 'The form does not fit.',
  unsupported_grant_type: `The grant type is ${deviceGrantType}.`,
};

/** An OAuth error (RFC 6749, section 5.2: plain JSON), with the members that our own clients read. */
function refused(error: TokenError['error'], description = reasons[error]) {
  const told = { error, error_description: description } satisfies TokenError;
  return { status: 400, json: new Problem('token-refused', description, told).toJson() };
}
