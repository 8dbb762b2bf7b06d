/** Thrown, and caught where a test begins: the database cannot be asked this. */
export class Untranslatable extends Error {}
