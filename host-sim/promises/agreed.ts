// Owns what the present connection of a device was agreed to be, as CONNECT and CONNACK say it. Refuses to know whether anybody
// keeps to it.

import { Property, propertyIn } from "../trace/packet-properties.ts";
import { perDevice } from "./per-device.ts";
import type { Observer, RunFacts } from "./promise.ts";

export interface Agreement {
  keepAliveMs: number;
  /** PUBLISHes above QoS 0 that may be unacknowledged. */
  window: number;
  maximumQos: number;
  /** Whether the broker takes messages that are to be retained. */
  retains: boolean;
  /** Bytes of a packet that the broker takes. */
  maximumPacketBytes: number;
}

/** What a device's present connection was agreed to be, with what the packet that is being judged has said of it. */
export type Agreed = (device: number) => Readonly<Agreement>;

export interface Agreements {
  /** Gets each packet before any promise does. */
  readonly observer: Observer;
  readonly of: Agreed;
}

const MQTT5 = 5;

export function agreements(run: RunFacts): Agreements {
  const usual = (): Agreement => ({
    keepAliveMs: run.keepAliveSeconds * 1000,
    window: run.window,
    maximumQos: 2,
    retains: true,
    maximumPacketBytes: Number.POSITIVE_INFINITY,
  });
  const devices = perDevice(usual);

  function learn(of: Agreement, properties: string | null): void {
    const keepAlive = propertyIn(properties, Property.ServerKeepAlive);
    if (keepAlive !== null) of.keepAliveMs = keepAlive * 1000;
    of.window = Math.min(run.window, propertyIn(properties, Property.ReceiveMaximum) ?? run.window);
    of.maximumQos = propertyIn(properties, Property.MaximumQos) ?? 2;
    of.retains = propertyIn(properties, Property.RetainAvailable) !== 0;
    of.maximumPacketBytes = propertyIn(properties, Property.MaximumPacketSize) ?? Number.POSITIVE_INFINITY;
  }

  return {
    observer: {
      sent: {
        connect({ device }) {
          Object.assign(devices(device), usual());
        },
      },
      received: {
        connack({ device, level, code, properties }) {
          if (level === MQTT5 && code === 0) learn(devices(device), properties);
        },
      },
    },
    of: devices,
  };
}
