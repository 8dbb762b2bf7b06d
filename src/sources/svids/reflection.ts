import { createRequire } from 'node:module'

// @peculiar/x509 asks for this polyfill without bringing it; @simplewebauthn/server, which builds
// on it too, does. It has to be there before the library is read.
const library = createRequire(import.meta.url).resolve('@simplewebauthn/server')
createRequire(library)('reflect-metadata')
