'use strict';
// LibreChat's series under LibreChat's names, for this process only.
const crypto = require('node:crypto');
const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = require('prom-client');

const register = new Registry();
collectDefaultMetrics({ register });
const registers = [register];
const metric = (Type, name, help, labelNames, buckets) => new Type({ name, help, labelNames, registers, ...(buckets && { buckets }) });

const request = ['method', 'path'];
const answer = [...request, 'status'];
const requests = metric(Counter, 'http_requests_total', 'HTTP requests', answer);
const duration = metric(Histogram, 'http_request_duration_seconds', 'Time to the end of the answer', answer,
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5]);
const inFlight = metric(Gauge, 'http_requests_in_flight', 'HTTP requests being handled', request);
const streams = metric(Counter, 'sse_streams_total', 'SSE streams opened', answer);
const streamsInFlight = metric(Gauge, 'sse_streams_in_flight', 'SSE streams open', request);
const streamDuration = metric(Histogram, 'sse_stream_duration_seconds', 'How long SSE streams were open', answer,
  [1, 5, 10, 30, 60, 120, 300, 600]);
const jobs = metric(Counter, 'generation_jobs_total', 'Generations by result', ['store', 'result']);
const jobsInFlight = metric(Gauge, 'generation_jobs_in_flight', 'Generations running in this process', ['store']);
const query = ['model', 'operation', 'status'];
const mongooseQueries = metric(Counter, 'mongoose_queries_total', 'Mongoose queries', query);
const mongooseQueryDuration = metric(Histogram, 'mongoose_query_duration_seconds', 'Mongoose query duration', query,
  [0.001, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);
jobsInFlight.set({ store: 'redis' }, 0);
streamsInFlight.set({ method: 'GET', path: '/api/agents/chat/stream/#id' }, 0);

const known = new Set(['/', '/health', '/livez', '/readyz', '/metrics', '/api/config', '/api/banner', '/api/user',
  '/api/auth/login', '/api/auth/register', '/api/auth/refresh', '/api/auth/logout']);
const patterns = [
  [/^\/api\/agents\/chat\/stream\/[^/]+$/, '/api/agents/chat/stream/#id'],
  [/^\/api\/agents\/chat\/[^/]+$/, '/api/agents/chat/#endpoint'],
  [/^\/api\/messages\/[^/]+$/, '/api/messages/#id'],
  [/^\/assets\//, '/assets/#file'],
  [/^\/api\//, '/api/#path'],
];
const normalise = (path) => (known.has(path) ? path : (patterns.find(([pattern]) => pattern.test(path))?.[1] ?? '/#path'));

function count(req, res, next) {
  const labels = { method: req.method, path: normalise(req.path) };
  const stop = duration.startTimer();
  inFlight.inc(labels);
  res.once('close', () => {
    const outcome = { ...labels, status: res.writableFinished ? res.statusCode : 499 };
    requests.inc(outcome);
    stop(outcome);
    inFlight.dec(labels);
  });
  next();
}

/** Called when an answer becomes a stream */
function countStream(req, res) {
  const labels = { method: req.method, path: normalise(req.path) };
  const stop = streamDuration.startTimer();
  streamsInFlight.inc(labels);
  res.once('close', () => {
    const outcome = { ...labels, status: res.writableFinished ? res.statusCode : 499 };
    streams.inc(outcome);
    stop(outcome);
    streamsInFlight.dec(labels);
  });
}

const job = {
  started: () => jobsInFlight.inc({ store: 'redis' }),
  ended: (result) => {
    jobsInFlight.dec({ store: 'redis' });
    jobs.inc({ store: 'redis', result });
  },
};

const digest = (value) => crypto.createHash('sha256').update(value).digest();
const endpoint = (secret) => async (req, res) => {
  const [, token = ''] = /^bearer\s+(.+)$/i.exec(req.get('authorization') ?? '') ?? [];
  if (!secret || !crypto.timingSafeEqual(digest(token), digest(secret))) return res.status(401).end();
  return res.type(register.contentType).send(await register.metrics());
};

module.exports = { count, countStream, job, endpoint, mongooseQueries, mongooseQueryDuration };
