import test from 'node:test'
import { vectorTests } from './vectors.ts'

for (const { name, run } of vectorTests()) test(name, run)
