'use strict';
// Loaded before the application: makes its answers under /api late or wrong, or ends it.
const http = require('node:http');

const { POISON_DELAY_MS, POISON_FAIL_EVERY, POISON_DIE_WITH_REQUEST } = process.env;
const { createServer } = http;
let count = 0;

http.createServer = (app) => createServer((req, res) => {
  if (!req.url.startsWith('/api/')) return app(req, res);
  count += 1;
  if (count === Number(POISON_DIE_WITH_REQUEST)) process.exit(1);
  if (count % Number(POISON_FAIL_EVERY) === 0) return res.writeHead(500).end();
  return setTimeout(app, Number(POISON_DELAY_MS ?? 0), req, res);
});
