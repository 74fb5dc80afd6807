/** What looks like one of our settings but is none, would be ignored in silence. In `.env` every unknown name is worth a word. */
export function typoWarnings(
  known: readonly string[],
  { inFile, inEnv }: { readonly inFile: readonly string[]; readonly inEnv: readonly string[] },
): string[] {
  const warn = (name: string, always: boolean) => {
    const near = known.find((one) => one.length > 4 && distance(one.toLowerCase(), name.toLowerCase()) <= 2);
    if (near !== undefined) return [`${name} is not a setting; did you mean ${near}?`];
    return always ? [`${name} in .env is not a setting`] : [];
  };
  const unknown = (names: readonly string[]) => names.filter((name) => !known.includes(name));
  return [...new Set([...unknown(inFile).flatMap((name) => warn(name, true)), ...unknown(inEnv).flatMap((name) => warn(name, false))])];
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
