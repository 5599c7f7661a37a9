'use strict';
// The client as client/build.js has made it. The page names the assets of its release, and is asked for anew each time.
const path = require('node:path');
const express = require('express');

const DIST = path.join(__dirname, '..', 'client', 'dist');

function createPage() {
  const router = express.Router();
  router.get('/', (req, res) => res.sendFile('index.html', { root: DIST, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } }));
  router.use('/assets', express.static(path.join(DIST, 'assets'), { immutable: true, maxAge: '1y', index: false }));
  return router;
}

module.exports = { createPage };
