// Owns one record for each device, and one for each of its lives. Refuses to know what is in them.

/** Answers the record of a device, made when it is first asked for. */
export function perDevice<Record>(create: (device: number) => Record): (device: number) => Record {
  const records: Record[] = [];
  return (device) => {
    const known = records[device];
    if (known !== undefined) return known;
    const fresh = create(device);
    records[device] = fresh;
    return fresh;
  };
}

export interface LifeOf<Record> {
  readonly device: number;
  readonly life: number;
  readonly record: Record;
}

export interface Lives<Record> {
  of(device: number, life: number): Record;
  /** By device, then by life. */
  all(): readonly LifeOf<Record>[];
}

/** A message may arrive after the life that sent it has ended, so the records of earlier lives stay. */
export function perLife<Record>(create: () => Record): Lives<Record> {
  const devices: LifeOf<Record>[][] = [];
  return {
    of(device, life) {
      // As long as it must be, for mostly it grows no more: an empty list that grows takes room for 17.
      devices[device] ??= new Array(life + 1);
      const lives = devices[device] as LifeOf<Record>[];
      lives[life] ??= { device, life, record: create() };
      return (lives[life] as LifeOf<Record>).record;
    },
    // devices and lives count from 1: `flat` leaves the holes out
    all: () => devices.flat(),
  };
}
