/** Messages that no test has word for word, by their text in docs/errors.md, each with its reason. */
export const untested: ReadonlyMap<string, string> = new Map([]);
