// Who names a text. It changes nothing.

import { Client, Entry, entryAt } from "../client/block";
import { Five, fiveOf } from "../client/five";
import { MQTT5 } from "../features";
import { EntryState } from "./entry-state";
import { STATUS_ENTRY } from "./outbox";

function isSettingsText(c: Client, text: u32): bool {
  if (c.clientId == text || c.userName == text || c.password == text) return true;
  return c.willTopic == text || (c.willTopic != 0 && c.willPayload == text);
}

function isStatusText(c: Client, text: u32): bool {
  if (c.statusTopic == text || c.statusText == text || c.goodbyeText == text) return true;
  return entryAt(c, STATUS_ENTRY).state != EntryState.Free && c.statusSent == text;
}

function isFivesText(c: Client, text: u32): bool {
  if (!MQTT5) return false;
  const five: Five = fiveOf(c);
  if (five.connectProperties == text || five.willProperties == text) return true;
  if (five.subscribeProperties == text || five.unsubscribeProperties == text) return true;
  return five.outProperties == text;
}

function isTopicOfMessage(c: Client, text: u32): bool {
  let i: u32 = entryAt(c, 0).next;
  while (i != 0) {
    const entry: Entry = entryAt(c, i);
    if (entry.topic == text) return true;
    i = entry.next;
  }
  return false;
}

export function isTextNamed(c: Client, text: u32): bool {
  return (
    isSettingsText(c, text) || isStatusText(c, text) || isFivesText(c, text) || isTopicOfMessage(c, text)
  );
}
