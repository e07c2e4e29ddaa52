// Owns a WiFi for Espruino's `Wifi` module: one access point that is there or not, and what the module tells of it. Bytes go
// another way.

import type { Events } from "./events.ts";

export interface AccessPoint {
  readonly ssid: string;
  readonly password: string;
  readonly bssid: string;
  readonly channel: number;
}

/** What a program asked of `Wifi.connect`. */
export interface Joining {
  readonly ssid: string;
  readonly password: string | undefined;
  readonly bssid: string | undefined;
  readonly channel: number | undefined;
}

type Done = (fault: string | null) => void;

export class WifiModule {
  readonly joinings: Joining[] = [];
  isOnline = false;
  /** Null: out of range. */
  accessPoint: AccessPoint | null;
  readonly #events: Events;
  readonly #module: object;
  readonly #onLost: () => void;

  constructor(accessPoint: AccessPoint | null, events: Events, makeObject: () => object, onLost: () => void) {
    this.accessPoint = accessPoint;
    this.#events = events;
    this.#onLost = onLost;
    this.#module = Object.assign(makeObject(), {
      connect: (ssid: string, options: Partial<Joining>, done?: Done) => this.#connect(ssid, options, done),
      disconnect: () => this.lose("assoc_leave"),
      getIP: () => ({ ip: this.isOnline ? "192.168.1.7" : "0.0.0.0" }),
    });
  }

  get module(): object {
    return this.#module;
  }

  /** The association breaks, as when the access point is switched off. */
  lose(reason: string): void {
    const wasOnline = this.isOnline;
    this.isOnline = false;
    if (wasOnline) this.#onLost();
    this.#tell("disconnected", { ssid: this.joinings.at(-1)?.ssid, reason });
  }

  /** The radio finds its access point again by itself. */
  recover(): void {
    const ap = this.accessPoint;
    if (ap === null) throw new Error("no access point in range");
    this.isOnline = true;
    this.#tell("associated", { ssid: ap.ssid, mac: ap.bssid, channel: ap.channel });
    this.#tell("connected", { ip: "192.168.1.7", netmask: "255.255.255.0", gw: "192.168.1.1" });
  }

  #connect(ssid: string, { password, bssid, channel }: Partial<Joining>, done?: Done): void {
    this.joinings.push({ ssid, password, bssid, channel });
    const ap = this.accessPoint;
    const isThere = ap !== null && ap.ssid === ssid && (bssid === undefined || bssid === ap.bssid);
    const fault = !isThere ? "no_ap_found" : ap.password !== (password ?? "") ? "bad_password" : null;
    if (fault === null) this.recover();
    else this.#tell("disconnected", { ssid, reason: isThere ? "auth_expire" : fault });
    done?.(fault);
  }

  #tell(name: string, details: unknown): void {
    this.#events.emit(this.#module, name, details);
  }
}
