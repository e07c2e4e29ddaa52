// Owns the wills whose moment has come or is being waited for. Refuses to know why a connection ended.

import { after, type Clock, type Timer } from "../../time/clock.ts";
import type { Session, Will } from "./session.ts";

interface Owed<Origin> {
  readonly session: Session<Origin>;
  readonly will: Will;
  readonly timer: Timer;
  isDue: boolean;
}

export class Wills<Origin> {
  readonly #clock: Clock;
  readonly #publish: (session: Session<Origin>, will: Will) => void;
  readonly #owed = new Map<Session<Origin>, Owed<Origin>>();
  #isUp = true;
  fired = 0;

  constructor(clock: Clock, publish: (session: Session<Origin>, will: Will) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  /** The session's connection has ended otherwise than by a DISCONNECT. */
  owe(session: Session<Origin>): void {
    const { will } = session;
    session.will = null;
    if (will === null) return;
    // [MQTT5-3.1.2-8] The end of the session is the latest moment.
    const delayMs = Math.min(will.delayMs, session.expiryMs);
    if (delayMs === 0 && this.#isUp) return this.#fire(session, will);
    const owed: Owed<Origin> = {
      session,
      will,
      isDue: delayMs === 0,
      timer: after(this.#clock, delayMs, () => {
        owed.isDue = true;
        this.#fireDue();
      }),
    };
    this.#owed.set(session, owed);
  }

  /** [MQTT5-3.1.3-9] Its client came back before its time. */
  withdraw(session: Session<Origin>): void {
    this.#owed.get(session)?.timer.cancel();
    this.#owed.delete(session);
  }

  /** The session is gone: what is owed for it is due. */
  sessionGone(session: Session<Origin>): void {
    const owed = this.#owed.get(session);
    if (owed === undefined) return;
    owed.isDue = true;
    this.#fireDue();
  }

  /** What falls due while the broker is down waits for its return. */
  stop(): void {
    this.#isUp = false;
  }

  start(): void {
    this.#isUp = true;
    this.#fireDue();
  }

  clear(): void {
    for (const { timer } of this.#owed.values()) timer.cancel();
    this.#owed.clear();
  }

  #fireDue(): void {
    if (!this.#isUp) return;
    for (const { session, will, isDue } of [...this.#owed.values()]) {
      if (!isDue) continue;
      this.withdraw(session);
      this.#fire(session, will);
    }
  }

  #fire(session: Session<Origin>, will: Will): void {
    this.fired += 1;
    this.#publish(session, will);
  }
}
