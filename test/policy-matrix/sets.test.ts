import test from 'node:test'
import { setTests } from './sets.ts'

for (const { name, run } of setTests()) test(name, run)
