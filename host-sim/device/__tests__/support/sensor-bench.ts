// Owns one sensor node in virtual time before a broker by script, and every call that leaves the device. Knows nothing of what
// a test expects.

import { ScriptedBroker } from "../../../../firmware/sensor/__tests__/support/broker.ts";
import { memoryDialer } from "../../../net/memory-stream.ts";
import type { Dialer } from "../../../net/stream.ts";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { Core, loadModule } from "../../core.ts";
import type { DeviceEvent } from "../../device-event.ts";
import { type DeviceSettings, type DeviceSurroundings, SensorDevice } from "../../sensor-device.ts";

export const settings: DeviceSettings = {
  name: "esp8266-3f2a91",
  capacities: {
    receiveBytes: 1024,
    outboxBytes: 1024,
    entries: 8,
    window: 4,
    inboundIds: 8,
    texts: 10,
    textBytes: 240,
    filters: 3,
  },
  qos: 1,
  intervalMs: 1000,
  protocol: "3.1.1",
  credentials: null,
  pace: {
    keepAliveSeconds: 3,
    pingDeadlineMs: 0,
    connectTimeoutMs: 6000,
    backoffBaseMs: 500,
    backoffMaxMs: 3000,
  },
};

export class SensorBench {
  readonly clock = new VirtualClock();
  readonly broker = new ScriptedBroker();
  readonly events: DeviceEvent[] = [];
  /** When each event was told. */
  readonly toldMs: number[] = [];
  readonly device: SensorDevice;
  isBrokerThere = true;
  thousandths: number | null = 21_370;
  /** Dialed, and not yet closed. */
  openStreams = 0;
  /** Called at each call that leaves the device: an event told, a dial and its answer, what is done to a stream. */
  onCallOut: () => void = () => undefined;

  constructor(
    changes: Partial<DeviceSettings> = {},
    core = new Core(loadModule()),
    around: Partial<DeviceSurroundings> = {},
  ) {
    this.device = new SensorDevice(
      { ...settings, ...changes },
      {
        core,
        dialer: this.#watched(memoryDialer(this.clock, (stream) => this.#accept(stream))),
        clock: this.clock,
        random: createRandom(1).stream("reconnect"),
        sample: () => this.thousandths,
        observer: (event) => {
          this.events.push(event);
          this.toldMs.push(this.clock.nowMs);
          this.onCallOut();
        },
        ...around,
      },
    );
  }

  advanceMs(durationMs: number): void {
    this.clock.runUntil(this.clock.nowMs + durationMs);
  }

  ofKind<K extends DeviceEvent["kind"]>(kind: K): readonly Extract<DeviceEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<DeviceEvent, { kind: K }> => event.kind === kind);
  }

  #accept(stream: Parameters<Parameters<typeof memoryDialer>[1]>[0]) {
    if (!this.isBrokerThere) return null;
    this.broker.connectionOpened();
    return {
      onOpen: () => undefined,
      onData: (bytes: Uint8Array) => {
        this.broker.take(bytes);
        stream.write(this.broker.takeAnswers());
      },
      onDrain: () => undefined,
      onEnd: () => stream.end(),
      onClose: () => undefined,
    };
  }

  #watched(inner: Dialer): Dialer {
    const out = <T>(answer: T): T => {
      this.onCallOut();
      return answer;
    };
    return {
      dial: (handlers) => {
        this.onCallOut();
        this.openStreams += 1;
        const stream = inner.dial({
          ...handlers,
          onClose: (error) => {
            this.openStreams -= 1;
            handlers.onClose(error);
          },
        });
        return out({
          write: (bytes) => out(stream.write(bytes)),
          end: () => out(stream.end()),
          destroy: () => out(stream.destroy()),
          pause: () => out(stream.pause()),
          resume: () => out(stream.resume()),
        });
      },
    };
  }
}

export function started(
  changes: Partial<DeviceSettings> = {},
  around: Partial<DeviceSurroundings> = {},
): SensorBench {
  const bench = new SensorBench(changes, undefined, around);
  bench.device.powerOn({ samples: true });
  return bench;
}
