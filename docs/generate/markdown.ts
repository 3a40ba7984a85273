/** A table in Markdown, its columns as wide as their widest cell. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(' | ')} |\n`;
  const rule = line(
    head.map(() => ''),
    '-',
  );
  return [line(head, ' '), rule, ...rows.map((cells) => line(cells, ' '))].join('');
}

/** Plain text: what Markdown would take for a tag, for emphasis or for the next cell is kept from it. */
export const escaped = (text: string): string => text.replace(/[<*_|]/g, '\\$&');

/** As code, in as many backquotes as it takes. */
export const code = (text: string): string => (text.includes('`') ? `\`\`${text}\`\`` : `\`${text}\``);
