// Answers on its port; does not start, or never listens, when it is told so. When it ends, it finishes what it is doing.
if (process.env.BROKEN) {
  console.error('no answer from mongodb://alice:looking-glass@db/chat');
  process.exit(1);
}
const server = require('node:http').createServer((_request, response) => response.end(process.env.GREETING ?? 'hello'));
if (process.env.MUTE) setInterval(() => {}, 1000);
else server.listen(process.env.PORT, '127.0.0.1');
process.on('SIGINT', () => server.close(() => process.exit(0)));
