/** Code points of a password (NIST SP 800-63B section 3.1.1.2 asks for no other composition). */
export const PASSWORD_LENGTHS = { least: 12, most: 128 } as const

/** What most people would take first. Digits and signs around such a word make it no better. */
const COMMON_WORDS = new Set(
  (
    'password passwort passw0rd passphrase motdepasse contrasena senha admin administrator root ' +
    'welcome willkommen bienvenue letmein changeme default secret iloveyou sunshine princess ' +
    'football baseball basketball monkey dragon master superman batman starwars pokemon whatever ' +
    'trustno qwerty qwertyuiop qwertz qwertzuiop azerty azertyuiop asdfgh asdfghjkl zxcvbnm ' +
    'qazwsx qwertyasdfgh login guest test testing temp company spring summer autumn winter ' +
    'january february monday portcullis'
  ).split(' '),
)

/** Rows of a keyboard and the alphabet: what is typed along them is guessed first. */
const RUNS = [
  ...['abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz', '01234567890123456789'],
  ...['qwertyuiopqwertyuiop', 'asdfghjklasdfghjkl', 'zxcvbnmzxcvbnm', 'qwertzuiopqwertzuiop'],
  ...['1qaz2wsx3edc4rfv5tgb6yhn7ujm', 'qazwsxedcrfvtgbyhnujm', '1q2w3e4r5t6y7u8i9o0p'],
].flatMap((row) => [row, [...row].reverse().join('')])

/**
 * A password as it is compared: spaces of any kind are one, and the same letters are the same
 * bytes, whatever keyboard they come from (RFC 8265 section 4.2, with the form KC of Unicode as
 * NIST SP 800-63B has it).
 */
export function preparedPassword(text: string): string {
  return text.replaceAll(/\p{Zs}/gu, ' ').normalize('NFKC')
}

/** Why a password cannot be taken, for the one who chose it; nothing for one that can. */
export function faultOfPassword(text: string, name: string): string | undefined {
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) return 'a password holds no control characters'
  const prepared = preparedPassword(text)
  const length = [...prepared].length
  const { least, most } = PASSWORD_LENGTHS
  if (length < least || length > most) {
    return `a password has ${least} to ${most} characters, this one ${length}`
  }
  const plain = prepared.toLowerCase()
  if (plain.includes(name.normalize('NFKC').toLowerCase())) return 'the password holds the name'
  if (isCommon(plain)) return 'the password is one of those that are tried first'
  return undefined
}

function isCommon(plain: string): boolean {
  if (new Set(plain).size < 5 || isRepetition(plain)) return true
  const word = unleet(plain.replaceAll(/^[^a-z@$]+|[^a-z@$]+$/g, ''))
  const bare = plain.replaceAll(/[^a-z]/g, '')
  if (COMMON_WORDS.has(word) || COMMON_WORDS.has(bare) || isRepeatedWord(word)) return true
  const typed = plain.replaceAll(/[^a-z0-9]/g, '')
  if (typed.length * 2 < plain.length) return false
  return RUNS.some((run) => run.includes(typed)) || isTwoRuns(typed)
}

/** The same few characters again and again: `abcdeabcdeabcde`. */
function isRepetition(plain: string): boolean {
  return /^(.{1,8})\1+.{0,3}$/u.test(plain)
}

function isRepeatedWord(word: string): boolean {
  const [, part = ''] = /^(.+)\1+$/.exec(word) ?? []
  return COMMON_WORDS.has(part)
}

/** `qwertyuiop12345`: one run behind another. */
function isTwoRuns(typed: string): boolean {
  for (let at = 3; at <= typed.length - 3; at += 1) {
    const parts = [typed.slice(0, at), typed.slice(at)]
    if (parts.every((part) => RUNS.some((run) => run.includes(part)))) return true
  }
  return false
}

const LEET: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' },
}

function unleet(text: string): string {
  return text.replaceAll(/[013457@$]/g, (sign) => LEET[sign] ?? sign)
}
