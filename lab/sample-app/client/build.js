'use strict';
// Writes the client into client/dist: every asset under a name that holds the hash of its content, as LibreChat's build does.
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const DIST = path.join(__dirname, 'dist');
const REFERENCE = /\/assets\/([\w.-]+)/g;
const RELEASE_FILE = path.join(__dirname, '..', 'RELEASE');
const release = fs.existsSync(RELEASE_FILE) ? fs.readFileSync(RELEASE_FILE, 'utf8').trim() : require('../package.json').version;

const names = new Map();
// Depth first: a file's name depends on the names of the files it refers to.
const built = (file) => fs.readFileSync(path.join(__dirname, file), 'utf8')
  .replaceAll('@RELEASE@', release)
  .replace(REFERENCE, (_, name) => `/assets/${hashed(name)}`);
function hashed(name) {
  if (!names.has(name)) {
    const body = built(`assets/${name}`);
    const { name: stem, ext } = path.parse(name);
    names.set(name, `${stem}.${crypto.createHash('sha256').update(body).digest('hex').slice(0, 10)}${ext}`);
    fs.writeFileSync(path.join(DIST, 'assets', names.get(name)), body);
  }
  return names.get(name);
}

fs.rmSync(DIST, { recursive: true, force: true });
fs.mkdirSync(path.join(DIST, 'assets'), { recursive: true });
fs.writeFileSync(path.join(DIST, 'index.html'), built('index.html'));
