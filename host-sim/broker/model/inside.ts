// Owns what the parts of one broker share. Refuses to do anything.

import type { RandomStream } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import type { AuthenticationMethod } from "./authentication.ts";
import type { BrokerEvent } from "./broker-event.ts";
import type { StandingLies } from "./lies.ts";
import type { Limits } from "./limits.ts";
import type { Manners } from "./manners.ts";
import type { ReaderMemory } from "./reader.ts";
import type { Router } from "./router.ts";
import type { Sessions } from "./sessions.ts";
import type { Wills } from "./wills.ts";

export interface Inside<Origin> {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly limits: Limits;
  /** Null: there is none. */
  readonly authentication: AuthenticationMethod | null;
  readonly observer: (event: BrokerEvent<Origin>) => void;
  readonly sessions: Sessions<Origin>;
  readonly router: Router<Origin>;
  readonly wills: Wills<Origin>;
  readonly readerMemory: ReaderMemory;
  /** Those of the moment. */
  readonly manners: () => Manners;
  /** Likewise, of what no broker may do. */
  readonly lies: () => StandingLies;
  /** For a client that has none. */
  readonly newClientId: () => string;
}
