// Owns the words for a broker's refusal in CONNACK. Refuses to know who was refused.

const WORDS: Readonly<Record<number, string>> = {
  1: "the broker does not speak this version of MQTT",
  2: "the broker does not take this client id",
  3: "the broker is unavailable",
  4: "the broker refuses the user name or password",
  5: "the broker does not authorise this client",
};

/** Of a return code from 1 to 5. */
export function refusalInWords(returnCode: number): string {
  return WORDS[returnCode] ?? `the broker refuses with return code ${returnCode}`;
}
