/** Markdown as the pages of `docs/` have it. */

/** @param textColumns how many columns from the left are words; the others are numbers, to the right */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, column) => (column < textColumns ? '---' : '--:'))
  return [line(header), line(rule), ...rows.map(line)].join('\n')
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

export function image(alternative: string, path: string): string {
  return `![${alternative}](${path})`
}
