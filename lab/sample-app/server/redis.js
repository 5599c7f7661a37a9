'use strict';
// One client (or cluster client) for commands and one subscription connection. Every use is bounded in time: who needs
// Redis while it is away gets an Unavailable error, and nothing is left in a queue to be executed later.
const fs = require('node:fs');
const Redis = require('ioredis');
const { setTimeout: sleep } = require('node:timers/promises');
const log = require('./log');

class Unavailable extends Error {
  status = 503;
}

function createRedis(config) {
  const first = new URL(config.uris[0]);
  const tls = config.ca || first.protocol === 'rediss:';
  const credentials = {
    username: config.username || decodeURIComponent(first.username) || undefined,
    password: config.password || decodeURIComponent(first.password) || undefined,
    ...(tls && { tls: config.ca ? { ca: fs.readFileSync(config.ca) } : {} }),
  };
  const retry = (attempt) => {
    if (config.retries && attempt > config.retries) {
      log.error(`Redis: giving up after ${config.retries} attempts`);
      return null;
    }
    return Math.min(100 * 2 ** Math.min(attempt, 10), config.retryMaxDelayMs);
  };
  const connection = { ...credentials, connectTimeout: config.connectTimeoutMs, keepAlive: 10_000 };
  const node = (uri) => ({ host: new URL(uri).hostname, port: Number(new URL(uri).port) || 6379 });

  const client = config.cluster
    ? new Redis.Cluster(config.uris.map(node), {
      redisOptions: { ...connection, socketTimeout: 2 * config.commandTimeoutMs },
      clusterRetryStrategy: retry,
      retryDelayOnClusterDown: 250,
      retryDelayOnFailover: 250,
    })
    : new Redis({
      ...connection,
      ...node(config.uris[0]),
      db: Number(first.pathname.slice(1)) || 0,
      socketTimeout: 2 * config.commandTimeoutMs,
      retryStrategy: retry,
      maxRetriesPerRequest: 2,
    });
  // A cluster client subscribes on a connection of its own; a single one needs a second client.
  const subscriber = config.cluster ? client : client.duplicate({ socketTimeout: undefined });

  let reason = '';
  for (const each of new Set([client, subscriber])) {
    each.setMaxListeners(config.maxListeners);
    each.on('error', (error) => {
      if (error.message !== reason) log.warn('Redis', { reason: error.message });
      reason = error.message;
    });
  }
  client.on('ready', () => {
    reason = '';
    log.info('Redis is there', { cluster: config.cluster });
  });

  async function within(ms, run) {
    let timer;
    const timeout = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Unavailable('Redis does not answer')), ms);
    });
    try {
      return await Promise.race([run(), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function ready() {
    while (client.status !== 'ready') {
      if (client.status === 'end') throw new Unavailable('Redis has been given up');
      await sleep(50);
    }
  }

  /** Runs commands, all of them on keys of one slot, within REDIS_COMMAND_TIMEOUT_MS. */
  async function use(run) {
    const end = Date.now() + config.commandTimeoutMs;
    try {
      await within(config.commandTimeoutMs, ready);
      return await within(Math.max(end - Date.now(), 1), () => run(client));
    } catch (error) {
      throw new Unavailable(error.message, { cause: error });
    }
  }

  /** The same in one MULTI: [['incr', key], ...] -> results */
  const transaction = (commands) => use(async (redis) => {
    const replies = await redis.multi(commands).exec();
    const failed = replies.find(([error]) => error);
    if (failed) throw failed[0];
    return replies.map(([, value]) => value);
  });

  return {
    use,
    transaction,
    subscriber,
    ready,
    key: (...parts) => [config.prefix, parts.join(':')].filter(Boolean).join('::'),
    close: () => new Set([client, subscriber]).forEach((each) => each.disconnect()),
  };
}

module.exports = { createRedis, Unavailable };
