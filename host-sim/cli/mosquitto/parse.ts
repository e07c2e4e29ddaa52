// `pub` and `sub`: from arguments to what they ask for, or a usage failure. Pure: opens no file and no connection.
import { usageFailure } from "../failure.ts";
import { connectionOf, urlOf } from "./connection.ts";
import type { PayloadSource, PubOptions, QoS, SubOptions } from "./options.ts";
import { readArgv, type Values } from "./read-argv.ts";
import { checkTopic, topicFilterProblem, topicNameProblem } from "./topics.ts";

/** Throws a usage `Failure`. `processId` is for `-I`. */
export function parsePub(argv: readonly string[], processId: number): PubOptions {
  const values = readArgv("pub", argv);
  const url = urlOf("pub", values);
  const topic = values.text("topic") ?? url?.topic;
  if (topic === undefined)
    throw usageFailure("pub: no topic given", "Accepted: -t TOPIC, or -L with a topic");
  checkTopic("pub: -t", topic, topicNameProblem(topic));
  const payload = payloadOf(values);
  const repeat = values.number("repeat") ?? 1;
  if (repeat > 1 && (payload.from === "lines" || payload.from === "nothing")) {
    throw usageFailure("pub: --repeat does not go with -l or -n", "Accepted: --repeat with -m, -f or -s");
  }
  return {
    ...connectionOf("pub", values, url, processId),
    topic,
    payload,
    qos: (values.number("qos") ?? 0) as QoS,
    retain: values.flag("retain"),
    repeat,
    repeatDelaySeconds: values.number("repeatDelay") ?? 0,
  };
}

/** Throws a usage `Failure`. `processId` is for `-I`. */
export function parseSub(argv: readonly string[], processId: number): SubOptions {
  const values = readArgv("sub", argv);
  const url = urlOf("sub", values);
  const topicFilters = [...(url?.topic === undefined ? [] : [url.topic]), ...values.texts("topics")];
  const unsubscribe = values.texts("unsubscribe");
  if (topicFilters.length + unsubscribe.length === 0) {
    throw usageFailure("sub: no topic given", "Accepted: -t FILTER, -L with a topic, or -U FILTER");
  }
  for (const filter of topicFilters) checkTopic("sub: -t", filter, topicFilterProblem(filter));
  for (const filter of unsubscribe) checkTopic("sub: -U", filter, topicFilterProblem(filter));
  const filterOut = values.texts("filterOut");
  for (const filter of filterOut) checkTopic("sub: -T", filter, topicFilterProblem(filter));
  return {
    ...connectionOf("sub", values, url, processId),
    topicFilters,
    unsubscribe,
    filterOut,
    qos: (values.number("qos") ?? 0) as QoS,
    verbose: values.flag("verbose"),
    json: values.flag("json"),
    endOfLine: !values.flag("noEndOfLine"),
    messageCount: values.number("count"),
    timeoutSeconds: values.number("timeout"),
    exitWhenSubscribed: values.flag("exitWhenSubscribed"),
    retained: retainedOf(values),
    removeRetained: values.flag("removeRetained"),
    retainAsPublished: values.flag("retainAsPublished"),
  };
}

function payloadOf(values: Values): PayloadSource {
  const text = values.text("message");
  const path = values.text("file");
  const given: PayloadSource[] = [];
  if (text !== undefined) given.push({ from: "text", text });
  if (path !== undefined) given.push({ from: "file", path });
  if (values.flag("stdin")) given.push({ from: "stdin" });
  if (values.flag("lines")) given.push({ from: "lines" });
  if (values.flag("empty")) given.push({ from: "nothing" });
  const [payload] = given;
  if (payload !== undefined && given.length === 1) return payload;
  const problem = payload === undefined ? "no message given" : "more than one kind of message given";
  throw usageFailure(`pub: ${problem}`, "Accepted: one of -m TEXT, -f FILE, -s, -l, -n");
}

function retainedOf(values: Values): SubOptions["retained"] {
  const only = values.flag("retainedOnly");
  const hidden = values.flag("hideRetained");
  if (only && hidden)
    throw usageFailure("sub: -R and --retained-only leave nothing", "Accepted: one of them");
  if (only) return "only";
  return hidden ? "hidden" : "shown";
}
