/** The states of a bridge's link to its relay, and what moves them: one total table. What is done in each state is in `run-link.ts`. */

/**
 * `connecting` asks for an epoch until it is answered; `comparing` sends the manifest; `live` uploads and polls; `interrupted`
 * does too, but the last call did not get through; `stopped` is for good.
 */
export const linkStates = ['connecting', 'comparing', 'live', 'interrupted', 'stopped'] as const;
export type LinkState = (typeof linkStates)[number];

/**
 * `matched` and `differs` are answers to connect; `compared`: the manifest is through; `broke` and `heard`: a call failed, or
 * was answered again; `lost`: nothing was heard for as long as a relay takes a machine for present; `resync`: the relay wants
 * to compare again; `woke`: the machine slept; `refused`: the relay said never again; `stop`: our own wish.
 */
export const linkEvents = [
  'matched',
  'differs',
  'compared',
  'broke',
  'heard',
  'lost',
  'resync',
  'woke',
  'refused',
  'stop',
] as const;
export type LinkEvent = (typeof linkEvents)[number];

type Row = Readonly<Record<LinkEvent, LinkState>>;

function row(stays: LinkState, moves: Partial<Row>): Row {
  return {
    matched: stays,
    differs: stays,
    compared: stays,
    broke: stays,
    heard: stays,
    lost: stays,
    resync: stays,
    woke: stays,
    refused: 'stopped',
    stop: 'stopped',
    ...moves,
  };
}

const anew = { lost: 'connecting', resync: 'connecting', woke: 'connecting' } as const;

/** States × events. */
export const linkLife: Readonly<Record<LinkState, Row>> = {
  connecting: row('connecting', { matched: 'live', differs: 'comparing' }),
  comparing: row('comparing', { ...anew, compared: 'live' }),
  live: row('live', { ...anew, broke: 'interrupted' }),
  interrupted: row('interrupted', { ...anew, heard: 'live' }),
  stopped: row('stopped', {}),
};
