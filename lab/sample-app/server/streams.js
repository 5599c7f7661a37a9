'use strict';
// A generation's events live in a Redis Stream; a publish on the channel of the same name only says that there is more.
// So a reader on any worker misses nothing, whatever message gets lost, and may come late or come back.
//  - Events are numbered from 1 and the number is the entry's id: appending twice cannot happen.
//  - The writer remembers them all: what a crash of Redis swallowed (appendfsync everysec) it writes again.
//  - The key's expiry is the writer's lease: a worker that dies takes its unfinished stream with it.
const persist = require('./persist');

const KEPT_MS = 300_000;

function createStreams(redis) {
  const key = (id) => redis.key('stream', id);
  const watchers = new Map();
  const alreadyThere = (error) => /equal or smaller/.test(error.message);

  redis.subscriber.on('message', (channel) => watchers.get(channel)?.forEach((wake) => wake()));

  function watch(id, wake) {
    const channel = key(id);
    if (!watchers.has(channel)) {
      watchers.set(channel, new Set());
      redis.subscriber.subscribe(channel).catch(() => {}); // the reader looks by itself every second
    }
    watchers.get(channel).add(wake);
    return () => {
      watchers.get(channel).delete(wake);
      if (watchers.get(channel).size) return;
      watchers.delete(channel);
      redis.subscriber.unsubscribe(channel).catch(() => {});
    };
  }

  /** append(event) waits for a Redis that is away, append(event, once) does not */
  function writer(id, leaseMs) {
    const events = [];
    const add = (json, i) => ['xadd', key(id), `${i + 1}-0`, 'event', json];

    return async function append(event, attempt = persist) {
      const number = events.push(JSON.stringify(event));
      const keep = ['pexpire', key(id), event.final ? KEPT_MS : leaseMs];
      await attempt(async () => {
        const [, , length] = await redis.transaction([add(events[number - 1], number - 1), keep, ['xlen', key(id)]])
          .catch((error) => (alreadyThere(error) ? [null, null, number] : Promise.reject(error)));
        if (length < number) await redis.transaction([['del', key(id)], ...events.map(add), keep]);
      });
      redis.use((client) => client.publish(key(id), number)).catch(() => {});
    };
  }

  /** Events after `last`, oldest first: [[number, json], ...] */
  async function read(id, last) {
    const entries = await redis.use((client) => client.xrange(key(id), String(last + 1), '+', 'COUNT', 500));
    return entries.map(([entry, fields]) => [parseInt(entry, 10), fields[1]]);
  }

  const first = async (id) => {
    const [entry] = await redis.use((client) => client.xrange(key(id), '-', '+', 'COUNT', 1));
    return entry && JSON.parse(entry[1][1]);
  };

  const exists = (id) => redis.use((client) => client.exists(key(id)));

  return { writer, read, first, exists, watch };
}

module.exports = { createStreams };
