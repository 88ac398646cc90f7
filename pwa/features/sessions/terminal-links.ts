/** Addresses in the output of a terminal. They are opened by whoever uses the view, which asks first. */
import type { ILink, Terminal } from '@xterm/xterm';

const addresses = /https?:\/\/[^\s"'<>`\\^{|}]+/g;

/** The addresses in a text, without what ends the sentence around them. */
export function addressesIn(text: string): readonly { readonly at: number; readonly address: string }[] {
  return [...text.matchAll(addresses)].flatMap(({ index, 0: found }) => {
    let address = found.replace(/[.,;:!?]+$/, '');
    while (address.endsWith(')') && address.split(')').length > address.split('(').length)
      address = address.slice(0, -1);
    return URL.canParse(address) ? [{ at: index, address }] : [];
  });
}

/** Underlines the addresses under the pointer. */
export function findLinks(terminal: Terminal, open: (address: string) => void): void {
  terminal.registerLinkProvider({
    provideLinks(line, told) {
      const text = terminal.buffer.active.getLine(line - 1)?.translateToString(true) ?? '';
      const links = addressesIn(text).map(
        ({ at, address }): ILink => ({
          range: { start: { x: at + 1, y: line }, end: { x: at + address.length, y: line } },
          text: address,
          activate: () => open(address),
        }),
      );
      told(links.length > 0 ? links : undefined);
    },
  });
}
