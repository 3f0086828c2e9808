/**
 * As little as a program with two ports can be: listens, says so in a line on standard error, answers what
 * comes with eight bytes.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

const servers = [0, 1].map(() =>
  createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(Buffer.alloc(8)));
  }).listen(0, '127.0.0.1'),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
const [p2pAddress, apiAddress] = servers.map((server) => `127.0.0.1:${server.address().port}`);
process.stderr.write(`${JSON.stringify({ p2pAddress, apiAddress })}\n`);
