'use strict';
// The client: client/index.html and client/assets/*, served under names that hold their content's hash.
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const express = require('express');

const CLIENT = path.join(__dirname, '..', 'client');
const REFERENCE = /\/assets\/([\w.-]+)/g;

function build() {
  const assets = new Map();
  const names = new Map();
  // Depth first: a file's name depends on the names of the files it refers to.
  const withHashes = (text) => text.replace(REFERENCE, (_, name) => `/assets/${hashed(name)}`);
  function hashed(name) {
    if (!names.has(name)) {
      const body = withHashes(fs.readFileSync(path.join(CLIENT, 'assets', name), 'utf8'));
      const { name: stem, ext } = path.parse(name);
      names.set(name, `${stem}.${crypto.createHash('sha256').update(body).digest('hex').slice(0, 10)}${ext}`);
      assets.set(names.get(name), { body, type: ext });
    }
    return names.get(name);
  }
  return { index: withHashes(fs.readFileSync(path.join(CLIENT, 'index.html'), 'utf8')), assets };
}

function createPage() {
  const { index, assets } = build();
  const router = express.Router();
  router.get('/', (req, res) => res.set('Cache-Control', 'no-cache').type('html').send(index));
  router.get('/assets/:name', (req, res, next) => {
    const asset = assets.get(req.params.name);
    if (!asset) return next();
    return res.set('Cache-Control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.body);
  });
  return router;
}

module.exports = { createPage };
