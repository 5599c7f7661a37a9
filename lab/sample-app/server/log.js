'use strict';
// One line per event; JSON when CONSOLE_JSON=true. Never given a request's body or headers.
const json = process.env.CONSOLE_JSON?.toLowerCase() === 'true';

const write = (level) => (message, fields = {}) => {
  const entry = { timestamp: new Date().toISOString(), level, message, pid: process.pid, ...fields };
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`).join('');
  console[level === 'error' ? 'error' : 'log'](json ? JSON.stringify(entry) : `${entry.timestamp} ${level}: ${message}${details}`);
};

module.exports = { info: write('info'), warn: write('warn'), error: write('error') };
