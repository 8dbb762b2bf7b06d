/** A table; what would end a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}

export function code(text: string): string {
  return `\`${text}\``
}

/** Paragraphs, and a first line that says where they come from. */
export function page(title: string, ...parts: readonly string[]): string {
  const origin = '<!-- Written by `node tools/docs.ts` from the code: change it there. -->'
  return `${[origin, `# ${title}`, ...parts].join('\n\n')}\n`
}
