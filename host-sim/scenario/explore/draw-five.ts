// Owns how a seed's world is drawn as far as MQTT 5 goes: the broker's limits and habits, and what the devices ask of it. Refuses
// to know the rest of the world.

import type { RandomStream } from "../../random/random.ts";
import { type BrokerTerms, type FiveTerms, USUAL_FIVE } from "../five-terms.ts";
import { logUniform } from "./log-uniform.ts";

/** Below, a device cannot say CONNECT and SUBSCRIBE with the longest name; above, everything that it says fits. */
const PACKET_BYTES = { least: 100, most: 200 } as const;
/** 0x89 server busy, 0x8b shutting down, 0x97 quota exceeded, 0x98 administrative action, 0x9d server moved. */
const CLOSE_REASONS = [0x89, 0x8b, 0x97, 0x98, 0x9d] as const;
const SESSION_SECONDS = { least: 5, most: 3600 } as const;
const READING_SECONDS = { least: 3, most: 3600 } as const;

/** Takes the same number of draws in every world. */
export function drawFive(random: RandomStream): FiveTerms {
  const asked = whole(SESSION_SECONDS, random);
  const expiry = whole(READING_SECONDS, random);
  const isShort = random.chance(0.3);
  const expires = random.chance(0.3);
  return {
    broker: drawBroker(random),
    sessionExpirySeconds: isShort ? asked : USUAL_FIVE.sessionExpirySeconds,
    readingExpirySeconds: expires ? expiry : null,
  };
}

function drawBroker(random: RandomStream): BrokerTerms {
  const receiveMaximum = Math.round(logUniform(1, 20, random));
  const aliases = Math.floor(random.between(0, 21));
  const bytes = whole(PACKET_BYTES, random);
  const keepAlive = Math.round(logUniform(10, 1200, random));
  const granted = Math.round(logUniform(5, 3600, random));
  return {
    refusal: random.pick([...none(8), "reason", "return-code"] as const),
    receiveMaximum: random.chance(0.6) ? receiveMaximum : null,
    topicAliasMaximum: random.chance(0.7) ? aliases : 0,
    maximumQos: random.pick([2, 2, 2, 2, 2, 2, 2, 2, 1, 0] as const),
    retainAvailable: random.chance(0.9),
    maximumPacketBytes: random.chance(0.2) ? bytes : null,
    keepAliveSeconds: random.chance(0.2) ? keepAlive : null,
    sessionExpirySeconds: random.chance(0.15) ? granted : null,
    closeReason: random.pick(CLOSE_REASONS),
    announcesStop: random.chance(0.5),
  };
}

function none(count: number): readonly null[] {
  return Array.from({ length: count }, () => null);
}

function whole(
  { least, most }: { readonly least: number; readonly most: number },
  random: RandomStream,
): number {
  return Math.round(logUniform(least, most, random));
}
