// The properties that CONNECT carries in MQTT 5, its own and the will's: what this client says of itself, then what the caller
// prepared. It knows nothing of the rest of CONNECT.
//
//   length ─ session expiry ─ receive maximum │ maximum packet size ─ topic alias maximum │ the caller's

import { addressOf, Client } from "../client/block";
import { Five, fiveOf } from "../client/five";
import { textLength, wireText } from "../session/texts";
import { lengthBytes, writeLength } from "./bytes";
import { Property } from "./property";
import { writeNumberProperty } from "./property-writer";

const U16_BYTES: u32 = 3;
const U32_BYTES: u32 = 5;
const RECEIVE_MAXIMUM_DEFAULT: u32 = 65535;

function keptSeconds(c: Client): u32 {
  return c.clean ? 0 : fiveOf(c).sessionExpiry;
}

/** The largest packet that is taken, 0 for any: what comes in parts is not bound by the receive buffer. */
export function intakeMax(c: Client): u32 {
  const chosen: u32 = fiveOf(c).largestPacket;
  if (c.takesParts) return chosen;
  return chosen == 0 ? c.receiveCapacity : min<u32>(chosen, c.receiveCapacity);
}

function textBytes(c: Client, text: u32): u32 {
  return text == 0 ? 0 : textLength(c, text);
}

function ownBytes(c: Client): u32 {
  let bytes: u32 = 0;
  if (keptSeconds(c) > 0) bytes += U32_BYTES;
  if (c.inboundCapacity < <u16>RECEIVE_MAXIMUM_DEFAULT) bytes += U16_BYTES;
  if (intakeMax(c) > 0) bytes += U32_BYTES;
  if (fiveOf(c).aliasMax > 0) bytes += U16_BYTES;
  return bytes;
}

function withLength(bytes: u32): u32 {
  return lengthBytes(bytes) + bytes;
}

/** Bytes of CONNECT's own properties with their length. */
export function connectPropertiesBytes(c: Client): u32 {
  return withLength(ownBytes(c) + textBytes(c, fiveOf(c).connectProperties));
}

/** Bytes of the will's properties with their length. */
export function willPropertiesBytes(c: Client): u32 {
  return withLength(textBytes(c, fiveOf(c).willProperties));
}

/** Writes a property if it has a value other than the standard's own. */
function writeUnless(at: usize, id: u32, value: u32, usual: u32): u32 {
  return value == usual ? 0 : <u32>writeNumberProperty(at, U32_BYTES, id, value);
}

/** Writes the first half into the head buffer, and answers its bytes. */
export function writeOwnFirst(c: Client): u32 {
  const at: usize = addressOf(c, c.headAt);
  let end: u32 = writeLength(at, ownBytes(c) + textBytes(c, fiveOf(c).connectProperties));
  end += writeUnless(at + end, Property.SessionExpiry, keptSeconds(c), 0);
  // [MQTT5-3.3.4-9] what this client can keep apart until its exchange is over
  end += writeUnless(at + end, Property.ReceiveMaximum, c.inboundCapacity, RECEIVE_MAXIMUM_DEFAULT);
  return end;
}

/** The second half. */
export function writeOwnSecond(c: Client): u32 {
  const at: usize = addressOf(c, c.headAt);
  const end: u32 = writeUnless(at, Property.MaximumPacketSize, intakeMax(c), 0);
  return end + writeUnless(at + end, Property.TopicAliasMaximum, fiveOf(c).aliasMax, 0);
}

/** The length of the will's properties. */
export function writeWillLength(c: Client): u32 {
  const five: Five = fiveOf(c);
  return writeLength(addressOf(c, c.headAt), textBytes(c, five.willProperties));
}

/** Offset, from the block, of prepared properties without the length that they are stored with. */
export function preparedAt(c: Client, text: u32): u32 {
  return wireText(c, text) + 2;
}
