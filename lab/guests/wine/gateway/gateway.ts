import { type Socket, connect, createServer } from 'node:net';

// Runs inside a guest's sandbox, which has a network of its own with nothing on it. Listens on the guest's loopback and hands a connection on to
// the Unix socket that the first line of its HTTP request names, in the one folder that the host has put into the sandbox for that: whoever copies
// files into the guest listens there. It reads no further than that line and can reach nothing else.

const [folder = '', port = ''] = process.argv.slice(2);

const MOST_LINE_BYTES = 1024;
const LINE_LIMIT_MS = 5000;
const MOST_CONNECTIONS = 64;

// GET /1a2b3c4d/…: eight hexadecimal digits name the socket, so that no path can climb.
const REQUEST = /^GET \/([0-9a-f]{8})\/[\w-]{1,200} HTTP\/1\.[01]$/;

const server = createServer((guest) => {
  guest.on('error', () => guest.destroy());
  guest.setTimeout(LINE_LIMIT_MS, () => guest.destroy());
  let head = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\r\n');
    if (end < 0 && head.length <= MOST_LINE_BYTES) return;
    guest.off('data', read);
    guest.pause();
    const name = REQUEST.exec(head.subarray(0, Math.max(end, 0)).toString('latin1'))?.[1];
    if (name === undefined) guest.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else handOn(guest, name, head);
  };
  guest.on('data', read);
});

function handOn(guest: Socket, name: string, head: Buffer): void {
  guest.setTimeout(0);
  const host = connect(`${folder}/${name}.sock`);
  host.on('error', () => guest.destroy());
  guest.on('close', () => host.destroy());
  host.on('close', () => guest.destroySoon());
  host.write(head);
  guest.pipe(host);
  host.pipe(guest);
}

server.maxConnections = MOST_CONNECTIONS;
server.listen(Number(port), '127.0.0.1');
