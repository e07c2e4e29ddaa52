// Owns how a feature is left out of the portable source: its constant says false there. Knows no feature by name, and no back end.

/** Where features are switched, a constant each. */
export const FEATURES_FILE = "assembly/features.ts";

/** The text of that file with `feature`, the constant's name, switched off. Throws if it has none such that is on. */
export function switchedOff(text: string, feature: string): string {
  const on = `export const ${feature}: bool = true;`;
  if (!text.includes(on)) throw new Error(`${FEATURES_FILE} has no line \`${on}\``);
  return text.replace(on, on.replace("true", "false"));
}
