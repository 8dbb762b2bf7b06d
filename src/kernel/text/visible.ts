/** Text from a file or an argument, made harmless: a terminal obeys control characters. */
export function visible(text: string): string {
  return text.replaceAll(/[^\P{C}\t]|[\p{Zl}\p{Zp}]/gu, '\uFFFD')
}
