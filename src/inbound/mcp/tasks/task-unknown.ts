import { PortcullisError } from '../../../kernel/errors.ts'

/** Another's task, and one that never was: nobody can tell which of the two it is. */
export function taskUnknown(): PortcullisError {
  return new PortcullisError('TASK_UNKNOWN', 'the agent has no such task')
}
