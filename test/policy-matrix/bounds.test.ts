import test from 'node:test'
import { boundTests, openBoundTest } from './bounds.ts'

for (const { name, run } of [...boundTests(), openBoundTest()]) test(name, run)
