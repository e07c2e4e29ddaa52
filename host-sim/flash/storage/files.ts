// Where motekit's things lie in a board's Storage. Knows names only; what the code on the board calls them is written there.

/** Runs when the interpreter starts. */
export const CODE_FILE = ".bootcde";
export const SETTINGS_FILE = "motekit.json";

/** What the code keeps for itself: it belongs to the old code and its settings. */
const KEPT_BY_CODE = ["motekit.ap", "motekit.nap"];

/** What new code replaces. The settings stay where no new ones are given. */
export function replacedFiles(hasSettings: boolean): readonly string[] {
  return [CODE_FILE, ...(hasSettings ? [SETTINGS_FILE] : []), ...KEPT_BY_CODE];
}
