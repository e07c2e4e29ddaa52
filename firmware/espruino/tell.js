// Owns the lines that a board prints, for people and for whoever watches a board that was just flashed. What they tell of, it
// does not know.

/** An error is `error CODE SENTENCE`: one word for programs, then what it means for people. */
function tell(line) {
  print("motekit: " + line);
}
