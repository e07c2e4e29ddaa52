// Owns mqtt-packet as a codec under test, used the way MQTT.js uses it: one parser for the life of a connection.
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { type CodecUnderTest, sample } from "./codec.ts";
import { installedVersion } from "./installed-version.ts";

export async function mqttPacketCodec(): Promise<CodecUnderTest> {
  const publish: IPublishPacket = { cmd: "publish", ...sample, qos: 0, dup: false, retain: false };
  const reader = parser({ protocolVersion: 4 });
  let payloadBytes = 0;
  reader.on("packet", (packet: Packet) => {
    if (packet.cmd === "publish") payloadBytes += packet.payload.length;
  });
  return {
    name: "mqtt-packet",
    version: await installedVersion("mqtt-packet"),
    encode: () => generate(publish),
    decode: (packets) => {
      payloadBytes = 0;
      reader.parse(packets as Buffer);
      return payloadBytes;
    },
  };
}
