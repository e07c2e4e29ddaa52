// A run on a terminal, redrawn in place. Knows when to draw and where; not what is drawn.
import type { Writable } from "node:stream";
import { createLogUpdate } from "log-update";
import { after, type Clock, type Timer } from "../../time/clock.ts";
import type { Paint } from "../output.ts";
import { createPicture } from "./picture.ts";
import { renderFrame } from "./render.ts";
import type { Subject, View } from "./view.ts";

/** Four times a second: fast enough to be live, slow enough to be read. */
const REDRAW_MS = 250;
const MOST_COLUMNS = 100;
const USUAL_COLUMNS = 80;

type Terminal = Writable & { readonly columns?: number };

/** What is drawn last stays. The library hides the cursor meanwhile, and shows it again however the process ends. */
export function createScreen(subject: Subject, terminal: Terminal, clock: Clock, paint: Paint): View {
  const picture = createPicture();
  const draw = createLogUpdate(terminal);
  /** Of the clock, when the run's own time was 0. */
  let startMs = clock.nowMs;
  let timer: Timer | null = null;
  let isOver = false;

  function redraw(): void {
    const columns = Math.min(MOST_COLUMNS, (terminal.columns ?? USUAL_COLUMNS) - 1);
    const atMs = Math.max(0, clock.nowMs - startMs);
    // a run whose broker is not open yet has no device
    if (picture.all.length === 0) return;
    draw(renderFrame({ subject, devices: picture.all, atMs, isOver }, columns, paint));
  }

  function tick(): void {
    redraw();
    timer = after(clock, REDRAW_MS, tick);
  }

  tick();
  return {
    see(happening) {
      startMs = clock.nowMs - happening.atMs;
      picture.see(happening);
    },
    close() {
      if (isOver) return;
      isOver = true;
      timer?.cancel();
      redraw();
      draw.done();
    },
  };
}
