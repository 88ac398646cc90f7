/** How many columns and rows fit, and the size of type that shows a terminal of another size whole. */

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** Of one character, for each px of the size of type. */
export interface Cell {
  readonly width: number;
  readonly height: number;
}

export const typePxMin = 7;
export const typePxMax = 28;

/** The columns and rows that fit into so many px; never less than a program can do with. */
export function sizeWithin(width: number, height: number, cell: Cell, typePx: number): Size {
  const cols = Math.floor(width / (cell.width * typePx));
  const rows = Math.floor(height / Math.ceil(cell.height * typePx));
  return { cols: Math.min(500, Math.max(20, cols)), rows: Math.min(200, Math.max(4, rows)) };
}

/** The size of type with which that many columns fit: at most the wanted one. */
export function typeFor(cols: number, width: number, cell: Cell, wantedPx: number): number {
  const px = Math.floor((width / (cols * cell.width)) * 10) / 10;
  return Math.max(typePxMin - 3, Math.min(wantedPx, px));
}

/** The characters of a font, as the browser draws them. */
export function measureCell(font: string): Cell {
  const px = 100;
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return { width: 0.6, height: 1.2 };
  context.font = `${px}px ${font}`;
  const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = context.measureText('W');
  return { width: width / px, height: (fontBoundingBoxAscent + fontBoundingBoxDescent) / px };
}

const key = 'sallyport.terminal-type';

/** The size of type that was chosen on this device, in px; else that of small text. */
export function typeChosen(): number {
  const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  try {
    const chosen = Number(localStorage.getItem(key));
    if (chosen >= typePxMin && chosen <= typePxMax) return chosen;
  } catch {
    // Without storage there is no choice.
  }
  return Math.round(root * 0.87);
}

export function chooseType(px: number): void {
  try {
    localStorage.setItem(key, String(px));
  } catch {
    // Without storage, the choice is forgotten at the next visit.
  }
}

/** The font of terminals, as the styles say. */
export function terminalFont(): string {
  return getComputedStyle(document.documentElement).getPropertyValue('--mono').trim() || 'monospace';
}

/** About the size of a terminal on this screen, before it is there. */
export function sizeOfScreen(): Size {
  const isWide = innerWidth >= 960;
  const [width, height] = isWide ? [innerWidth - 560, innerHeight - 120] : [innerWidth - 16, innerHeight - 230];
  return sizeWithin(width, height, measureCell(terminalFont()), typeChosen());
}
