import type { Command } from 'commander'
import { exportTiles } from '../app/export-tiles.ts'
import { findLedger } from '../app/ledger-files.ts'
import { aboutLedger, type LedgerOptions } from './about-ledger.ts'
import { answer } from './command.ts'

interface TilesOptions extends LedgerOptions {
  readonly tenant?: string
}

export function exportTilesCommand(): Command {
  return aboutLedger({
    name: 'export-tiles <dir>',
    summary: 'a log as static files that any C2SP tlog-tiles client reads; again for what is new',
    examples: [
      'portcullis ledger export-tiles /var/www/log',
      'portcullis ledger export-tiles archive/default --tenant default',
    ],
  })
    .option('--tenant <name>', 'the receipts of this tenant, instead of the heads of the node log')
    .action((target: string, options: TilesOptions) =>
      answer(options.json, async () => {
        const { directory } = findLedger(options)
        const exported = await exportTiles(directory, target, options.tenant)
        const { origin, size, written, kept } = exported
        const text = `${target}: ${origin} at ${size}, ${written} files written, ${kept} kept`
        return { json: exported, text }
      }),
    )
}
