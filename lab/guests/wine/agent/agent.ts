import { read, readSync, writeSync } from 'node:fs';
import { release } from 'node:os';
import { SpareBuffers } from '../../../winrm/framing/spare-buffers.ts';
import { AgentProcess } from './agent-process.ts';
import { FrameReader, headOf } from './frame-reader.ts';
import { type AgentFrame, type HostFrame, MOST_DATA_BYTES, MOST_LINE_BYTES } from './frames.ts';

// The resident agent: runs inside the guest under the Windows node.exe and starts processes for the host. It speaks on the raw file descriptors 0
// and 1: they are Unix pipes, which Node's own process.stdin and process.stdout cannot open under Wine (EBADF). The end of its input ends it.

// Node looks at these getters whenever it destroys a socket, and they throw here: pipes of ended programs would then never close.
for (const name of ['stdin', 'stdout', 'stderr']) Object.defineProperty(process, name, { value: undefined });

const INPUT = 0;
const OUTPUT = 1;
const READ_BYTES = 256 << 10;

const processes = new Map<number, AgentProcess>();
/** Input that is likely on its way to processes at a time. */
const MOST_SPARE_ROOMS = 8;
const rooms = new SpareBuffers(MOST_SPARE_ROOMS);
const reader = new FrameReader(MOST_LINE_BYTES, MOST_DATA_BYTES, rooms.take);

function send(frame: AgentFrame, data?: Uint8Array): void {
  for (const bytes of data === undefined ? [headOf(frame)] : [headOf(frame), data])
    for (let at = 0; at < bytes.length;) at += writeSync(OUTPUT, bytes, at);
}

function obey(frame: HostFrame, data: Buffer | undefined): void {
  if (frame.op === 'start') {
    // Its end may come while it is constructed; it must not be in the map after that.
    let over = false;
    const started = new AgentProcess(frame, send, () => {
      over = true;
      processes.delete(frame.id);
    });
    if (!over) processes.set(frame.id, started);
    return;
  }
  const target = processes.get(frame.id);
  switch (frame.op) {
    case 'input':
      if (target && data) target.input(data, () => rooms.giveBack(data));
      else send({ ev: 'input-failed', id: frame.id, message: 'the process has ended' });
      break;
    case 'end-input':
      target?.endInput();
      break;
    case 'credit':
      target?.credit(frame.bytes);
      break;
    case 'kill':
      target?.kill();
      break;
  }
}

const buffer = Buffer.alloc(READ_BYTES);
function listen(): void {
  read(INPUT, buffer, 0, buffer.length, null, (error, size) => {
    if (error || size === 0) process.exit(error ? 3 : 0);
    for (const { head, data } of reader.push(buffer.subarray(0, size))) obey(head as HostFrame, data);
    readRest();
    listen();
  });
}

/**
 * Reads what is missing of a frame whose beginning is there. The host has written all of it, so that this waits for nobody; each piece read through
 * the event loop would cost Wine's server several requests, and a copy.
 */
function readRest(): void {
  for (let missing = reader.missing; missing !== undefined; missing = reader.missing) {
    const size = readSync(INPUT, missing, 0, missing.length, null);
    if (size === 0) process.exit(0);
    const whole = reader.filled(size);
    if (whole) obey(whole.head as HostFrame, whole.data);
  }
}

listen();
send({ ev: 'ready', osRelease: release(), node: process.version });
