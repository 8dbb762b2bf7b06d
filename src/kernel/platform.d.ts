/** All the kernel may use of the platform. Each is pure: same input, same output. */
declare module 'node:crypto' {
  export interface KeyObject {
    readonly type: 'public' | 'private' | 'secret'
  }
  export function hash(algorithm: 'sha256', data: Uint8Array | string, encoding: 'hex'): string
  export function hash(algorithm: 'sha256', data: Uint8Array | string, encoding: 'base64'): string
  export function hash(algorithm: 'sha256', data: Uint8Array | string, encoding: 'latin1'): string
  export function hash(algorithm: 'sha256', data: Uint8Array, encoding: 'buffer'): Uint8Array
  export function createHmac(algorithm: 'sha256', key: KeyObject | Uint8Array): Hmac
  export interface Hmac {
    update(data: Uint8Array | string): Hmac
    digest(encoding: 'hex'): string
  }
  export function createPublicKey(key: { key: Uint8Array; format: 'der'; type: 'spki' }): KeyObject
  export function verify(
    algorithm: null,
    data: Uint8Array,
    key: KeyObject,
    signature: Uint8Array,
  ): boolean
  export function verify(
    algorithm: 'sha256',
    data: Uint8Array,
    key: { key: KeyObject; dsaEncoding: 'der' },
    signature: Uint8Array,
  ): boolean
}

/** For checks that are carried out at once, without an import that a browser would stumble over. */
declare const process: {
  getBuiltinModule(id: 'node:crypto'): typeof import('node:crypto')
}

/** For checks that are carried out in a browser (https://www.w3.org/TR/WebCryptoAPI). */
declare const crypto: {
  readonly subtle: {
    digest(algorithm: 'SHA-256', data: Uint8Array): Promise<ArrayBuffer>
    importKey(
      format: 'spki',
      key: Uint8Array,
      algorithm: string,
      extractable: false,
      usages: readonly ['verify'],
    ): Promise<WebKey>
    verify(
      algorithm: string,
      key: WebKey,
      signature: Uint8Array,
      data: Uint8Array,
    ): Promise<boolean>
  }
}
interface WebKey {
  readonly type: 'public'
}

declare class TextEncoder {
  encode(text: string): Uint8Array
}
declare class TextDecoder {
  constructor(label: 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}
declare function atob(text: string): string
declare function btoa(text: string): string
