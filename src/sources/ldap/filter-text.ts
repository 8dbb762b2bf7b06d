/**
 * A filter with what was typed put in, as RFC 4515 section 3 escapes it: whatever is in it, it is
 * compared and never read as a part of the filter. All but letters, digits and a few signs is
 * escaped, byte by byte, so that nothing depends on what a server holds special.
 */
export function filterFor(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([a-z]+)\}/g, (_all, name: string) => escaped(values[name] ?? ''))
}

function escaped(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const sign = String.fromCharCode(byte)
      return /[A-Za-z0-9 =,._@-]/.test(sign) ? sign : `\\${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
}
