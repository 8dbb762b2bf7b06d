/** What a command needs to launch agents. */
export { DIRECT_TIER } from '../../sandbox/launcher.ts'
export { measureCode } from './measure-code.ts'
export { runAgent } from './run-agent.ts'
