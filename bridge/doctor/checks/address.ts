/** Which relay this machine is linked to. */
import { type Check, fail, ok } from '../check.ts';

export const address: Check = {
  name: 'address',
  title: 'Address',
  group: 'Network',
  run: ({ origin, addressTrouble }) => {
    if (addressTrouble !== undefined) return fail(addressTrouble, { copy: 'sallyport login https://RELAY' });
    if (origin === undefined)
      return fail('This machine is not linked to a relay.', {
        says: 'Link it; the relay prints its address at its start:',
        copy: 'sallyport login https://RELAY',
      });
    return ok(origin.origin);
  },
};
