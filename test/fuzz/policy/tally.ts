/** Counts by table and row: `decisions` → `deny explicit_deny` → 1204. */
export type Counts = Record<string, Record<string, number>>

export function count(counts: Counts, table: string, row: string): void {
  add(counts, { [table]: { [row]: 1 } })
}

export function add(counts: Counts, more: Counts): void {
  for (const [table, rows] of Object.entries(more)) {
    const into = counts[table] ?? {}
    counts[table] = into
    for (const [row, number] of Object.entries(rows)) into[row] = (into[row] ?? 0) + number
  }
}
