import { CommanderError } from 'commander'
import { EXIT, printError } from './command.ts'
import { createProgram } from './program.ts'

// `portcullis watch | head` ends the reader: there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  const program = await createProgram(process.argv[2])
  if (process.argv.length > 2) await program.parseAsync()
  else program.outputHelp()
} catch (error) {
  if (!(error instanceof CommanderError)) printError(error, false)
  const asked = error instanceof CommanderError && error.exitCode === 0
  process.exitCode = asked ? EXIT.ok : EXIT.usage
}
