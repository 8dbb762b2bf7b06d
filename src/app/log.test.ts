import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonLog, prettyLog } from './log.ts'

function kept() {
  const lines: string[] = []
  return { lines, options: { write: (text: string) => lines.push(text), clock: { now: () => 0 } } }
}

test('a line of the log is one JSON object with time, level and event first', () => {
  const { lines, options } = kept()
  const log = jsonLog(options)
  log.info('runtime.started', { address: 'http://127.0.0.1:7070' })
  log.error('door.defect')
  assert.deepEqual(lines, [
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"runtime.started","address":"http://127.0.0.1:7070"}\n',
    '{"time":"1970-01-01T00:00:00.000Z","level":"error","event":"door.defect"}\n',
  ])
})

test('no field passes for the time, the level or the event', () => {
  const { lines, options } = kept()
  jsonLog(options).warn('real', { event: 'forged', level: 'info', time: 'never' })
  const line = JSON.parse(lines.join(''))
  assert.deepEqual(line, { time: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'real' })
})

test('no text breaks a line in two or steers a terminal', () => {
  const evil = 'a\nb\u2028c\u001b[2Jd'
  const json = kept()
  jsonLog(json.options).info('x', { evil })
  assert.equal(json.lines.join('').split(/[\n\u2028]/).length, 2)
  assert.equal(JSON.parse(json.lines.join('')).evil, evil)
  const pretty = kept()
  prettyLog(pretty.options, { colour: false }).info('x', { evil })
  assert.match(pretty.lines.join(''), /^\d\d:\d\d:\d\d info {2}x evil=[^\u001b\u2028\n]*\n$/)
})

test('colours are for who wants them', () => {
  const { lines, options } = kept()
  prettyLog(options, { colour: true }).warn('x', { count: 1 })
  assert.match(lines.join(''), /\u001b\[33mwarn \u001b\[0m x count=1\n$/)
})
