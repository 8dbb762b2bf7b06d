import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagram } from './import-diagram.ts'

const module = (source: string, ...imports: string[]) => ({
  source,
  dependencies: imports.map((resolved) => ({ resolved })),
})

test('an arrow is drawn once from folder to folder, outermost first', () => {
  const drawn = diagram([
    module('src/pipeline/guard.ts', 'src/pipeline/ports.ts', 'src/kernel/action.ts'),
    module('src/pipeline/ports.ts', 'src/kernel/errors.ts'),
    module('src/cli/up.ts', 'src/app/main.ts', 'node_modules/commander/index.js'),
    module('src/app/main.ts', 'src/pipeline/guard.ts', 'src/stores/sqlite/ledger.ts'),
  ])
  const arrows = ['cli --> app', 'app --> stores', 'app --> pipeline', 'pipeline --> kernel']
  assert.equal(drawn, `\`\`\`mermaid\nflowchart TD\n  ${arrows.join('\n  ')}\n\`\`\`\n`)
})

test('tests, files beside the folders and other trees draw no arrow', () => {
  const drawn = diagram([
    module('src/kernel/a.test.ts', 'src/pipeline/guard.ts'),
    module('src/index.ts', 'src/app/main.ts'),
    module('test/path/a.ts', 'src/app/main.ts'),
  ])
  assert.equal(drawn, '```mermaid\nflowchart TD\n```\n')
})
