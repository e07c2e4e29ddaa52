// How a run looks in 80 by 24: a picture and a moment become lines of text. Knows no terminal.
import { protocolName } from "../../words/protocol.ts";
import type { Paint } from "../output.ts";
import type { DevicePicture, Received } from "./picture.ts";
import type { Subject } from "./view.ts";
import { celsius, clockTime, FALLEN_BACK_WORDS, lateness, SESSION_WORDS } from "./words.ts";

export interface Frame {
  readonly subject: Subject;
  readonly devices: readonly DevicePicture[];
  readonly atMs: number;
  readonly isOver: boolean;
}

const LABEL_COLUMNS = 10;
const BAR_COLUMNS = 13;
const READINGS_SHOWN = 8;
const DEVICES_SHOWN = 14;
/** An acknowledgement may be here before the message is at the subscriber. */
const ON_ITS_WAY_MS = 3000;

/** At most 20 lines, each within `columns`. Colours take none. */
export function renderFrame(frame: Frame, columns: number, paint: Paint): string {
  const { devices } = frame;
  const [only] = devices;
  const body =
    devices.length === 1 && only !== undefined
      ? oneDevice(frame, only, columns, paint)
      : manyDevices(frame, columns, paint);
  const last = frame.isOver ? [] : ["", paint.dim("Ctrl-C says goodbye")];
  return [...title(frame, columns, paint), "", ...body, ...last].join("\n");
}

function title({ subject, atMs }: Frame, columns: number, paint: Paint): readonly string[] {
  return [
    paint.bold(fit(`motekit sim   ${subject.board}`, columns)),
    paint.dim(fit(`${subject.link} to ${subject.where}, seed ${subject.seed}, ${clockTime(atMs)}`, columns)),
  ];
}

function oneDevice(frame: Frame, device: DevicePicture, columns: number, paint: Paint): readonly string[] {
  const row = (label: string, text: string): string => `${paint.dim(label.padEnd(LABEL_COLUMNS))}${text}`;
  const wide = columns - LABEL_COLUMNS;
  return [
    row("device", fit(`${frame.subject.names[0]}${device.isOn ? "" : ", without power"}`, wide)),
    row("link", linkWords(frame, device, paint)),
    row("session", fit(sessionWords(frame, device), wide)),
    ...brokerWords(device).map((words) => row("broker", fit(words, wide))),
    row("queue", queueWords(frame, device, paint)),
    row("status", statusWords(frame, device, paint)),
    ...(device.lastError === null ? [] : [row("error", fit(device.lastError, wide))]),
    "",
    paint.dim("what a subscriber receives"),
    ...receivedRows(device.received, columns, paint),
    "",
    row("totals", fit(totals(frame, [device]), wide)),
  ];
}

function linkWords({ atMs }: Frame, { downWhy, linkSinceMs }: DevicePicture, paint: Paint): string {
  const since = `for ${clockTime(atMs - linkSinceMs)}`;
  return downWhy === null ? `${paint.green("up")} ${since}` : `${paint.red("down")} ${since} (${downWhy})`;
}

function sessionWords(
  { atMs }: Frame,
  { session, sessionSinceMs, version, hasConnected, isLeaving }: DevicePicture,
): string {
  const since = `for ${clockTime(atMs - sessionSinceMs)}`;
  if (session !== null && version !== null)
    return `connected ${since}, MQTT ${protocolName(version)}, ${SESSION_WORDS[session]}`;
  if (isLeaving) return "said goodbye";
  return hasConnected ? `connecting again ${since}` : `connecting ${since}`;
}

/** Only what is not as one would wish; a row at most. */
function brokerWords({ trouble, hasFallenBack, session }: DevicePicture): readonly string[] {
  if (trouble !== null && session === null) return [trouble];
  return hasFallenBack ? [FALLEN_BACK_WORDS] : [];
}

function queueWords({ subject: { room } }: Frame, { waiting }: DevicePicture, paint: Paint): string {
  const filled = Math.min(BAR_COLUMNS, Math.ceil((waiting / room) * BAR_COLUMNS));
  const bar = `${"■".repeat(filled)}${"·".repeat(BAR_COLUMNS - filled)}`;
  return `${waiting > 0 ? paint.yellow(bar) : bar} ${waiting} of ${room} waiting`;
}

function statusWords({ atMs }: Frame, device: DevicePicture, paint: Paint): string {
  const { status: word, statusSinceMs, willsFired } = device;
  if (word === null) return "none yet";
  const painted = word === "online" ? paint.green(word) : paint.red(word);
  const wills =
    willsFired === 0 ? "" : `, the will fired ${willsFired === 1 ? "once" : `${willsFired} times`}`;
  return `${painted} for ${clockTime(atMs - statusSinceMs)}${wills}`;
}

/** Always as many lines, so that nothing below them moves. */
function receivedRows(received: readonly Received[], columns: number, paint: Paint): readonly string[] {
  const shown = received.slice(-READINGS_SHOWN);
  const rows = shown.map(({ seq, payload, lateMs, wasDown, isRepeated }) => {
    const how = isRepeated ? "again" : lateness(lateMs, wasDown);
    const text = fit(`  ${String(seq).padStart(6)}  ${celsius(payload).padStart(10)}   ${how}`, columns);
    return lateMs < 1000 && !isRepeated ? text : paint.yellow(text);
  });
  return [...rows, ...Array.from({ length: READINGS_SHOWN - rows.length }, () => "")];
}

function manyDevices(frame: Frame, columns: number, paint: Paint): readonly string[] {
  const shown = frame.devices.slice(0, DEVICES_SHOWN);
  const rows = shown.map((device, index) => {
    const name = fit(frame.subject.names[index] ?? "", 24).padEnd(24);
    const link = device.downWhy === null ? paint.green("link up  ") : paint.red("link down");
    const { status: word } = device;
    const status = word === "online" ? paint.green("online ") : paint.red((word ?? "none").padEnd(7));
    const queue = `${String(device.waiting).padStart(3)} waiting`;
    return `${name} ${link} ${status} ${queue} ${String(device.delivered).padStart(6)} received`;
  });
  const more = frame.devices.length - shown.length;
  return [...rows, ...(more > 0 ? [`and ${more} more`] : []), "", fit(totals(frame, frame.devices), columns)];
}

function totals({ atMs, isOver }: Frame, devices: readonly DevicePicture[]): string {
  const sum = (amountOf: (device: DevicePicture) => number): number =>
    devices.reduce((total, device) => total + amountOf(device), 0);
  const isMissing = (sinceMs: number): boolean => isOver || atMs - sinceMs > ON_ITS_WAY_MS;
  const lost = sum(({ lostToPower, unseenSinceMs }) => lostToPower + unseenSinceMs.filter(isMissing).length);
  const repeated = sum(({ duplicates }) => duplicates);
  const words = [
    `${sum(({ taken }) => taken)} taken`,
    `${sum(({ delivered }) => delivered)} received`,
    `${lost} lost`,
    `${sum(({ dropped, refused }) => dropped + refused)} dropped`,
    repeated === 1 ? "1 duplicate" : `${repeated} duplicates`,
  ];
  return words.join(", ");
}

function fit(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
