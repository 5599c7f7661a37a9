'use strict';
// The environment, read and checked once. Names and defaults are LibreChat's; MOCK_*, APP_VERSION, SHUTDOWN_DRAIN_S
// and REDIS_COMMAND_TIMEOUT_MS are this app's own.
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');

function version(env) {
  if (env.APP_VERSION) return env.APP_VERSION;
  try {
    return fs.readFileSync(path.join(ROOT, 'RELEASE'), 'utf8').trim();
  } catch {
    return require('../package.json').version;
  }
}

function readConfig(env) {
  const problems = [];
  const text = (name, fallback = '') => env[name]?.trim() || fallback;
  const flag = (name, fallback) => text(name, String(fallback)).toLowerCase() === 'true';
  // A number, or a product as LibreChat's examples have it: "1000 * 60 * 15"
  const number = (name, fallback, min = 0) => {
    const value = text(name) ? text(name).split('*').reduce((product, factor) => product * Number(factor), 1) : fallback;
    if (value === undefined || (Number.isFinite(value) && value >= min)) return value;
    problems.push(`${name} must be a number of at least ${min}`);
    return fallback;
  };
  const secret = (name, pattern, shape) => {
    if (!pattern.test(text(name))) problems.push(`${name} must be ${shape}`);
    return text(name);
  };
  const required = (name) => secret(name, /./, 'set');
  const limit = (name, max, minutes, enabled = true) => ({
    max: enabled ? number(`${name}_MAX`, max, 1) : Infinity,
    windowMs: number(`${name}_WINDOW`, minutes) * 60_000,
  });

  const uris = text('REDIS_URI').split(',').map((uri) => uri.trim()).filter(Boolean);
  if (!flag('USE_REDIS', false)) problems.push('USE_REDIS must be true: this app keeps streams and limits in Redis only');
  if (!uris.length) problems.push('REDIS_URI must be set');
  if (!uris.every((uri) => URL.canParse(uri) && /^rediss?:$/.test(new URL(uri).protocol))) {
    problems.push('REDIS_URI must be redis:// or rediss:// URLs, separated by commas');
  }

  const config = {
    production: env.NODE_ENV === 'production',
    version: version(env),
    title: text('APP_TITLE', 'LibreChat sample'),
    host: text('HOST', 'localhost'),
    port: number('PORT', 3080),
    trustProxy: Number(env.TRUST_PROXY) || 1,
    keepAliveTimeoutMs: number('HTTP_KEEP_ALIVE_TIMEOUT_MS'),
    headersTimeoutMs: number('HTTP_HEADERS_TIMEOUT_MS'),
    drainMs: number('SHUTDOWN_DRAIN_S', 60) * 1000,
    allowRegistration: flag('ALLOW_REGISTRATION', true),
    secureCookie: flag('SESSION_COOKIE_SECURE', env.NODE_ENV === 'production'),
    sessionMs: number('SESSION_EXPIRY', 15 * 60_000, 1),
    refreshMs: number('REFRESH_TOKEN_EXPIRY', 7 * 24 * 3600_000, 1),
    jwtSecret: required('JWT_SECRET'),
    jwtRefreshSecret: required('JWT_REFRESH_SECRET'),
    credsKey: secret('CREDS_KEY', /^[0-9a-f]{64}$/i, '64 hexadecimal characters (openssl rand -hex 32)'),
    credsIv: secret('CREDS_IV', /^[0-9a-f]{32}$/i, '32 hexadecimal characters (openssl rand -hex 16)'),
    metricsSecret: text('METRICS_SECRET'),
    mongo: {
      uri: required('MONGO_URI'),
      autoIndex: flag('MONGO_AUTO_INDEX', true),
      pool: {
        maxPoolSize: number('MONGO_MAX_POOL_SIZE', undefined, 1),
        minPoolSize: number('MONGO_MIN_POOL_SIZE'),
        maxConnecting: number('MONGO_MAX_CONNECTING', undefined, 1),
        maxIdleTimeMS: number('MONGO_MAX_IDLE_TIME_MS'),
        waitQueueTimeoutMS: number('MONGO_WAIT_QUEUE_TIMEOUT_MS'),
      },
    },
    redis: {
      uris,
      cluster: flag('USE_REDIS_CLUSTER', false) || uris.length > 1,
      username: text('REDIS_USERNAME'),
      password: text('REDIS_PASSWORD'),
      ca: text('REDIS_CA'),
      prefix: text('REDIS_KEY_PREFIX'),
      retries: number('REDIS_RETRY_MAX_ATTEMPTS', 10),
      retryMaxDelayMs: number('REDIS_RETRY_MAX_DELAY', 3000),
      connectTimeoutMs: number('REDIS_CONNECT_TIMEOUT', 10_000),
      commandTimeoutMs: number('REDIS_COMMAND_TIMEOUT_MS', 4000),
      maxListeners: number('REDIS_MAX_LISTENERS', 40),
    },
    limits: {
      login: limit('LOGIN', 7, 5),
      register: limit('REGISTER', 5, 60),
      messageIp: limit('MESSAGE_IP', 40, 1, flag('LIMIT_MESSAGE_IP', true)),
      messageUser: limit('MESSAGE_USER', 40, 1, flag('LIMIT_MESSAGE_USER', false)),
      concurrent: flag('LIMIT_CONCURRENT_MESSAGES', true) ? number('CONCURRENT_MESSAGE_MAX', 2, 1) : Infinity,
    },
    mock: {
      tokens: number('MOCK_TOKENS', 40, 1),
      delayMs: number('MOCK_TOKEN_DELAY_MS', 25),
    },
  };
  if (problems.length) throw new Error(`The environment is not usable:\n  ${problems.join('\n  ')}`);
  return config;
}

module.exports = { readConfig };
