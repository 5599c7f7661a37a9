// Copyright (c) 2026 The tierstack authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';
// Preloaded by a worker: a line of JSON that it writes while it serves a request carries the id of this request.
// Lines that are no JSON, that have an id already or that belong to no request stay as they are.
const { AsyncLocalStorage } = require('node:async_hooks');
const http = require('node:http');

const requests = new AsyncLocalStorage();
const VALID = /^[A-Za-z0-9._-]{1,128}$/;

const { emit } = http.Server.prototype;
http.Server.prototype.emit = function emitWithin(event, request, ...rest) {
  const id = event === 'request' ? request?.headers?.['x-request-id'] : undefined;
  if (typeof id !== 'string' || !VALID.test(id)) return emit.call(this, event, request, ...rest);
  return requests.run(id, () => emit.call(this, event, request, ...rest));
};

/** The chunk with the id, if it is one JSON object on one line */
function marked(chunk) {
  const id = requests.getStore();
  if (id === undefined || typeof chunk !== 'string' || !chunk.startsWith('{"')) return chunk;
  const end = chunk.lastIndexOf('}');
  const lineEnd = chunk.indexOf('\n');
  if ((lineEnd !== -1 && lineEnd < end) || chunk.slice(end + 1).trim() || /"request_?id":/i.test(chunk)) return chunk;
  return `${chunk.slice(0, end)},"request_id":"${id}"${chunk.slice(end)}`;
}

// An accessor, as PM2 puts a function of its own in the place of `write` when it runs a cluster.
for (const stream of [process.stdout, process.stderr]) {
  const native = stream.write;
  let current = native;
  let within = false;
  const write = function writeWithId(chunk, ...rest) {
    if (within) return native.call(this, chunk, ...rest);
    within = true;
    try {
      return current.call(this, marked(chunk), ...rest);
    } finally {
      within = false;
    }
  };
  Object.defineProperty(stream, 'write', {
    configurable: true,
    enumerable: true,
    get: () => write,
    set: (replacement) => { current = replacement; },
  });
}
