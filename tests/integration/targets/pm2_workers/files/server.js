// Answers on its port; refuses to start when it is told so.
if (process.env.BROKEN) process.exit(1);
require('node:http').createServer((_request, response) => response.end(process.env.GREETING ?? 'hello')).listen(process.env.PORT, '127.0.0.1');
process.on('SIGINT', () => process.exit(0));
