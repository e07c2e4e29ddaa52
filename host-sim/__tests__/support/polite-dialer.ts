// Owns how a stream whose peer has ended is left: in good order instead of by a reset. Knows no packets.
import type { Dialer } from "../../net/stream.ts";

/**
 * The same streams, but one that is destroyed after the peer's FIN answers with FIN. To the peer that proves that every
 * byte before its own FIN was read, which a reset leaves open.
 */
export function politely(dialer: Dialer): Dialer {
  return {
    dial(handlers) {
      let hasPeerEnded = false;
      const stream = dialer.dial({
        ...handlers,
        onOpen: () => handlers.onOpen(),
        onEnd: () => {
          hasPeerEnded = true;
          handlers.onEnd();
        },
      });
      return {
        write: (bytes) => stream.write(bytes),
        end: () => stream.end(),
        destroy: () => (hasPeerEnded ? stream.end() : stream.destroy()),
        pause: () => stream.pause(),
        resume: () => stream.resume(),
      };
    },
  };
}
