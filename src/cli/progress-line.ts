/** Shows how far a long work is, on standard error of a terminal. */
export function showProgress(what: string, done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}: ${done} of ${of}`)
}

/** Takes it away again. */
export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}
