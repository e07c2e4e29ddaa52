// Owns the events that excuse a promise from being claimed, each as narrow as it can be told. Refuses to know how one is noticed.

export const EXCUSES = [
  {
    id: "power-cut",
    what: "power or a restart took the memory before the message had ended",
    promises: ["qos1-at-least-once", "qos2-exactly-once", "ends-once"],
    why: "nothing on the device outlives its memory: there is no journal",
  },
  {
    id: "session-forgotten",
    what: "the broker's session ended while the message was open, and nothing could tell the device: MQTT 3.1 has no Session Present, or a CONNECT in between went without its CONNACK",
    promises: ["qos2-exactly-once"],
    why: "the device finishes what it had begun: the broker takes a PUBLISH for new, and answers a PUBREL for what it has lost",
  },
  {
    id: "session-ended",
    what: "the broker's session for which it took the command ended before the command was delivered",
    promises: ["downlink-delivered"],
    why: "what a session queued ends with it",
  },
  {
    id: "no-session-present",
    what: "MQTT 3.1: the device takes a session that the broker has just made for the one it had, or one that a CONNECT without CONNACK made for a new one",
    promises: ["session-truth"],
    why: "the CONNACK of 3.1 does not say",
  },
  {
    id: "ids-forgotten",
    what: "MQTT 3.1: a command at QoS 2 is delivered again on a later connection",
    promises: ["downlink-delivered"],
    why: "kept across a session that ended unnoticed, the ids would swallow new messages, so the device forgets them",
  },
  {
    id: "end-of-run",
    what: "the run ended while the message was under way, or before its time was up",
    promises: ["qos1-at-least-once", "qos2-exactly-once", "queues-drain", "downlink-delivered"],
    why: "what would have become of it was not observed",
  },
  {
    id: "broker-forgot-will",
    what: "the broker lost its memory, and with it the will, after the device had last said online",
    promises: ["status-tells-truth"],
    why: "nobody is left who could say offline",
  },
  {
    id: "status-refused",
    what: "MQTT 5: the broker has refused the status on this connection",
    promises: ["status-tells-truth"],
    why: "the device is told so, and says it again with the next connection",
  },
  {
    id: "rejected-unheard",
    what: "MQTT 5: the connection ended while the broker refused messages",
    promises: ["in-order"],
    why: "a refusal that the device did not hear makes it send the message again, which is taken behind those after it",
  },
  {
    id: "fragments",
    what: "the broker sent in pieces while the connection was open",
    promises: ["dead-link-noticed"],
    why: "the last byte heard may belong to a packet that never became whole, and only whole packets are observed",
  },
  {
    id: "gateway",
    what: "a message gateway stands between device and broker",
    promises: [
      "qos1-at-least-once",
      "qos2-exactly-once",
      "birth-every-time",
      "status-tells-truth",
      "queues-drain",
      "downlink-delivered",
      "session-truth",
    ],
    why: "the modem answers for the broker and forgets with its power; what the network has taken arrives when a satellite allows it, with no word about the life that sent it",
  },
] as const;

export type ExcuseId = (typeof EXCUSES)[number]["id"];

export function isExcuseFor(id: ExcuseId, promise: string): boolean {
  return EXCUSES.some(
    (excuse) => excuse.id === id && (excuse.promises as readonly string[]).includes(promise),
  );
}
