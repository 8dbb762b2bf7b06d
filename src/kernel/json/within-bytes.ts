/** The first of these items that fit into so many bytes as a list in JSON. */
export function withinBytes<Item>(items: readonly Item[], bytes: number): readonly Item[] {
  let left = bytes - 1
  const end = items.findIndex((item) => {
    left -= new TextEncoder().encode(JSON.stringify(item)).length + 1
    return left < 0
  })
  return end === -1 ? items : items.slice(0, end)
}
