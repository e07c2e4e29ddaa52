// Owns what a board's file says of its TCP. Refuses to know how a stack behaves for it.

/** The `tcp` of boards/*.json. Bytes are bytes, times milliseconds. */
export interface BoardTcp {
  readonly stack: "lwip" | "linux";
  readonly mssBytes: number;
  readonly receiveWindowBytes: number;
  readonly sendBufferBytes: number;
  readonly retransmissions: number;
  readonly synRetransmissions: number;
  readonly firstRtoMs: number;
  readonly leastRtoMs: number;
  readonly keepsOutOfOrder: boolean;
  readonly sendsSack: boolean;
}
