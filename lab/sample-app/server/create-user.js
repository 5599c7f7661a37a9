'use strict';
// node server/create-user.js EMAIL NAME USERNAME, as LibreChat's config/create-user.js: the password is asked for, and the first account is the administrator.
require('dotenv').config({ quiet: true });
const { text } = require('node:stream/consumers');
const mongo = require('./mongo');
const { createAccount, problems } = require('./accounts');
const { readConfig } = require('./config');

async function main() {
  const [email, name, username] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const account = { email, name, username, password: (await text(process.stdin)).trim() };
  const wrong = problems(account);
  if (wrong.length) throw new Error(wrong.join('; '));
  await mongo.connect(readConfig(process.env).mongo);
  if (!await createAccount(account)) throw new Error('A user with that email already exists!');
  console.log('User created successfully!');
}

main().catch((error) => {
  console.error(`Error: ${error.message}`);
  process.exitCode = 1;
}).finally(mongo.close);
