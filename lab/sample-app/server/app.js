'use strict';
const cookies = require('cookie-parser');
const express = require('express');
const log = require('./log');
const metrics = require('./metrics');
const mongo = require('./mongo');
const { createAuth } = require('./auth');
const { createChat } = require('./chat');
const { createLimits } = require('./limits');
const { createPage } = require('./page');
const { createStreams } = require('./streams');

/** `state`: { ready, stopping }, kept by the caller */
function createApp(config, redis, state) {
  const limits = createLimits(redis, config.limits);
  const auth = createAuth(config, limits);
  const chat = createChat(config, { streams: createStreams(redis), limits, requireUser: auth.requireUser });

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.use((req, res, next) => {
    res.set('X-App-Version', config.version);
    if (state.stopping) res.set('Connection', 'close');
    next();
  });
  app.use(metrics.count);

  // As LibreChat's: /health and /livez only say that this process listens, /readyz that it once had its stores.
  app.get(['/health', '/livez'], (req, res) => res.type('text').send('OK'));
  app.get('/readyz', (req, res) => {
    const ready = state.ready && !state.stopping;
    res.status(ready ? 200 : 503).type('text').send(ready ? 'OK' : 'NOT_READY');
  });
  app.get('/metrics', metrics.endpoint(config.metricsSecret));
  app.use(createPage());

  const api = express.Router();
  app.use('/api', api);
  api.get('/config', (req, res) => res.json({
    appTitle: config.title,
    registrationEnabled: config.allowRegistration,
    emailLoginEnabled: true,
    socialLoginEnabled: false,
  }));
  api.use((req, res, next) => (state.ready
    ? next()
    : res.status(503).set('Retry-After', '1').json({ code: 'SERVER_NOT_READY', message: 'The server is still starting.' })));
  api.use(express.json({ limit: '3mb' }), cookies());
  api.get('/banner', async (req, res) => res.json(await mongo.banner()));
  api.use('/auth', auth.router);
  api.get('/user', auth.requireUser, (req, res) => res.json({ ...req.user.toJSON(), id: req.user.id }));
  api.use('/agents/chat', chat.router);
  api.get('/messages/:conversationId', auth.requireUser, chat.messages);

  app.use((req, res) => res.status(404).json({ message: 'Endpoint not found' }));
  app.use((error, req, res, next) => {
    const status = error.status ?? 500;
    if (status >= 500) log.error('Request failed', { method: req.method, path: req.path, status, reason: error.message });
    if (res.headersSent) return next(error);
    if (status === 503) res.set('Retry-After', '1');
    return res.status(status).json({ message: status >= 500 ? 'The service is not available at the moment.' : error.message });
  });
  return { app, chat };
}

module.exports = { createApp };
