// How a play in virtual time leaves the process its turns: it stops now and then for signals and for the terminal. Knows no
// world; how often it stops changes nothing in it.
import type { Play } from "../../scenario/play.ts";
import { after } from "../../time/clock.ts";
import type { Context } from "../command.ts";

/** Tens of milliseconds' work. */
const EVENTS = 20_000;

/** `onTurn` is called between two slices. Ctrl-C sends the play to its end, and the process waits for that. */
export async function playInSlices(
  play: Play,
  context: Pick<Context, "clock" | "interruption">,
  onTurn: () => void,
): Promise<void> {
  let over: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const takeBack = context.interruption.onGoodbye(() => {
    play.hurry();
    return ended;
  });
  try {
    while (play.advance(EVENTS)) {
      onTurn();
      await new Promise<void>((resolve) => after(context.clock, 0, resolve));
    }
  } finally {
    takeBack();
    over();
  }
}
