/** What a reader types, without the answers that a terminal gives to queries: readers see none, so nobody asked. */

const answers = new RegExp(
  [
    // Device attributes, their second and third sort, modes, positions, kitty's flags.
    '\\u001b\\[[?>=][\\d;]*c',
    '\\u001b\\[\\?[\\d;]*(?:\\$y|[nuR])',
    '\\u001b\\[[03]n',
    // In row 1 it is also F3 with a modifier.
    '\\u001b\\[(?:[2-9]|\\d{2,});\\d+R',
    // Sizes of windows.
    '\\u001b\\[\\d+;\\d+;?\\d*t',
    // Colours, titles, the clipboard; settings, versions.
    '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)',
    '\\u001b[P_^X][^\\u001b]*\\u001b\\\\',
  ].join('|'),
  'g',
);

/** Leaves out answers of terminals. */
export function withoutAnswers(data: string): string {
  return data.includes('\u001b') ? data.replace(answers, '') : data;
}
