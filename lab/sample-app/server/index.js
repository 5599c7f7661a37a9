'use strict';
require('dotenv').config({ quiet: true }); // .env of the working directory; never overrides the environment
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const log = require('./log');
const mongo = require('./mongo');
const { createApp } = require('./app');
const { readConfig } = require('./config');
const { createRedis } = require('./redis');

function start() {
  const config = readConfig(process.env);
  const state = { ready: false, stopping: false };
  const redis = createRedis(config.redis);
  const { app, chat } = createApp(config, redis, state);
  const server = http.createServer(app);
  if (config.keepAliveTimeoutMs !== undefined) server.keepAliveTimeout = config.keepAliveTimeoutMs;
  if (config.headersTimeoutMs !== undefined) server.headersTimeout = config.headersTimeoutMs;

  async function stop(signal) {
    if (state.stopping) return;
    state.stopping = true;
    log.info('Stopping', { signal, drain_s: config.drainMs / 1000 });
    const closed = new Promise((resolve) => { server.close(resolve); });
    // Connections become idle one after the other while their requests end.
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const drained = await Promise.race([
      Promise.all([closed, chat.idle()]).then(() => true),
      sleep(config.drainMs, false),
    ]);
    clearInterval(sweep);
    redis.close();
    await Promise.race([mongo.close(), sleep(2000)]).catch(() => {});
    log.info('Stopped', { drained });
    process.exit(drained ? 0 : 1);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP']) process.on(signal, stop);

  server.on('error', (error) => {
    log.error('Cannot listen', { host: config.host, port: config.port, reason: error.message });
    process.exit(1);
  });
  server.listen(config.port, config.host, () => {
    log.info('Listening', { host: config.host, port: server.address().port, version: config.version });
  });

  Promise.all([mongo.connect(config.mongo), redis.ready()]).then(() => {
    state.ready = true;
    log.info('Ready');
  }, (error) => {
    log.error('Cannot start', { reason: error.message });
    process.exit(1);
  });
}

try {
  start();
} catch (error) {
  log.error(error.message);
  process.exit(1);
}
