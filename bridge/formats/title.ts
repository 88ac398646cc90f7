/** The title of a Markdown document. */

/** The first heading of the first level, without its mark; undefined where there is none. */
export function titleOf(text: string): string | undefined {
  const title = /^# +(.+?)[ \t]*#*[ \t]*\r?$/m.exec(text)?.[1]?.trim();
  return title === undefined || title === '' ? undefined : title.slice(0, 500);
}
