// Owns what a request may ask for in which version of MQTT. Knows no client.
import type { JsonProperties } from "./json-properties.ts";
import type { FilterRequest, Request } from "./request.ts";

const FIVE = 5;

/** Why this cannot be said in this version, null when it can. `version`: null before the first connect. */
export function versionFault(request: Request, version: number | null): string | null {
  const spoken = request.op === "connect" ? request.version : version;
  if (spoken === null || spoken === FIVE) return null;
  const what = onlyInFive(request);
  return what === null ? null : `${what} MQTT 5: connect with version 5`;
}

/** What of a request only MQTT 5 has, with its verb. */
function onlyInFive(request: Request): string | null {
  switch (request.op) {
    case "auth":
      return "auth needs";
    case "connect":
      return ofProperties(request.properties) ?? ofProperties(request.will?.properties, "will.");
    case "disconnect":
      return request.reasonCode === 0 ? ofProperties(request.properties) : "reasonCode needs";
    case "subscribe":
      return ofProperties(request.properties) ?? ofFilters(request.filters);
    case "publish":
    case "unsubscribe":
      return ofProperties(request.properties);
    default:
      return null;
  }
}

function ofProperties(properties: JsonProperties = {}, where = ""): string | null {
  return Object.keys(properties).length === 0 ? null : `${where}properties need`;
}

function ofFilters(filters: readonly FilterRequest[]): string | null {
  for (const [i, filter] of filters.entries()) {
    for (const name of ["noLocal", "retainAsPublished", "retainHandling"] as const) {
      if (filter[name]) return `filters.${i}.${name} needs`;
    }
  }
  return null;
}
