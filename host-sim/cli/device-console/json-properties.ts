// Owns how properties of MQTT 5 look in a line: bytes are text where they are UTF-8, else base64 under a name of their own, as
// payloads are. Knows no packets.
import { PropertyError } from "../../client/errors.ts";
import type { Properties } from "../../client/properties/table.ts";
import { asUtf8 } from "./utf8.ts";

/** Properties as JSON has them: `correlationData` or `correlationDataBase64`. */
export type JsonProperties = Readonly<Record<string, unknown>>;

const SUFFIX = "Base64";
const BINARY: readonly string[] = ["correlationData", "authenticationData"];
/** Standard base64 with its padding: what Node's decoder would skip in silence is no base64. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Throws a `PropertyError`. What else is wrong is for the encoder to say. */
export function propertiesFrom(json: JsonProperties, where = "properties."): Properties {
  const properties: Record<string, unknown> = { ...json };
  for (const name of BINARY) {
    const encoded = `${name}${SUFFIX}`;
    if (!(encoded in json)) continue;
    if (name in json) throw new PropertyError(`${where}${name} or ${encoded}, not both`);
    const text = json[encoded];
    if (typeof text !== "string" || !BASE64.test(text))
      throw new PropertyError(`${where}${encoded} is not base64`);
    delete properties[encoded];
    properties[name] = Buffer.from(text, "base64");
  }
  return properties;
}

export function jsonOf(properties: Properties): JsonProperties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      if (!Buffer.isBuffer(value)) return [name, value];
      const text = asUtf8(value);
      return text === null ? [`${name}${SUFFIX}`, value.toString("base64")] : [name, text];
    }),
  );
}
