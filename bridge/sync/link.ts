/** The states of a bridge's link to its relay, and the events between them, in one complete table. `link-acts.ts` has the work of each state. */

/**
 * `connecting` asks for an epoch until it is answered; `comparing` sends the manifest; `live` uploads and polls; `interrupted`
 * does too, but the last call has failed; `stopped` is final.
 */
export const linkStates = ['connecting', 'comparing', 'live', 'interrupted', 'stopped'] as const;
export type LinkState = (typeof linkStates)[number];

/**
 * `matched` and `differs` are answers to connect; `compared`: the manifest was sent; `broke` and `heard`: a call failed, or
 * was answered again; `lost`: no answer for as long as a relay considers a machine present; `resync`: the relay wants
 * to compare again; `woke`: the machine was asleep; `refused`: a final refusal of the relay; `stop`: stopped by ourselves.
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
