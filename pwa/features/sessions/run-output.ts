/** The output of a run as text: pieces of stdout and stderr in the order in which they came, without the codes for terminals. */

export type Stream = 'out' | 'err';

export interface Piece {
  /** `hole`: a line in the place of output that did not come. */
  readonly stream: Stream | 'hole';
  readonly text: string;
}

/** Whether a piece belongs to what is shown: a hole may be in either stream. */
export function isIn({ stream }: Piece, shown: Stream | 'both'): boolean {
  return shown === 'both' || stream === 'hole' || stream === shown;
}

const csi = String.raw`\[[0-?]*[ -/]*`;
/** Colours, cursor moves and titles; `begun`: what has only begun at the end of a piece. */
const codes = new RegExp(
  String.raw`\u001b(?:${csi}[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[=>78DEHMc]|[()#][0-9A-Z])`,
  'g',
);
const begun = new RegExp(String.raw`\u001b(?:${csi}|\][^\u0007\u001b]{0,200}|[()#])?$`);

/** Reads entries of a run's channel. Codes may begin in one entry and end in the next. */
export function createRunReader(): (entry: unknown) => Piece | undefined {
  const rests: Record<Stream, string> = { out: '', err: '' };
  return (entry) => {
    const { o, e, skip } = Object(entry) as { readonly o?: unknown; readonly e?: unknown; readonly skip?: unknown };
    if (typeof skip === 'number' && skip > 0) {
      Object.assign(rests, { out: '', err: '' });
      return { stream: 'hole', text: `\n[${skip.toLocaleString('en')} bytes are missing here]\n` };
    }
    const stream = typeof o === 'string' ? 'out' : 'err';
    const told = typeof o === 'string' ? o : e;
    if (typeof told !== 'string') return undefined;
    const whole = rests[stream] + told;
    const rest = begun.exec(whole)?.[0] ?? '';
    rests[stream] = rest;
    const text = plainText(whole.slice(0, whole.length - rest.length));
    return text === '' ? undefined : { stream, text };
  };
}

/** Without codes; a line that was written over becomes a line of its own. */
export function plainText(text: string): string {
  return text.replace(codes, '').replace(/\r\n?/g, '\n');
}

/** What this device has kept of a run; nothing where another release has written it. */
export function keptPieces(json: string): readonly Piece[] {
  try {
    const told: unknown = JSON.parse(json);
    return Array.isArray(told) ? told.filter(isPiece) : [];
  } catch {
    return [];
  }
}

function isPiece(told: unknown): told is Piece {
  const { stream, text } = Object(told) as { readonly stream?: unknown; readonly text?: unknown };
  return (stream === 'out' || stream === 'err' || stream === 'hole') && typeof text === 'string';
}
