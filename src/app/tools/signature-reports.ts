import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { Alarm } from '../../pipeline/ports.ts'

/** Refused signatures in a window that have receipts of their own; the others are summed up. */
export const SIGNATURE_REPORTS = 30
/** A window, in milliseconds. */
export const SIGNATURE_WINDOW_MS = 60_000

/**
 * Passes on what is refused, so much in a minute: a server may list thousands of tools, and others
 * every second. Alerts are always passed on.
 */
export function boundedReports(
  report: (event: RecordedEvent) => void,
  alarm: Alarm,
): { readonly report: (event: RecordedEvent) => void; close(): void } {
  let noted = 0
  let stop: (() => void) | undefined
  const end = () => {
    stop?.()
    stop = undefined
    const count = noted - SIGNATURE_REPORTS
    noted = 0
    if (count > 0) report({ name: 'tool.signature_refused', detail: 'summed up', count })
  }
  return {
    report(event) {
      if (event.name !== 'tool.signature_refused') return report(event)
      noted += 1
      stop ??= alarm.after(SIGNATURE_WINDOW_MS, end)
      if (noted <= SIGNATURE_REPORTS) report(event)
    },
    close: end,
  }
}
