'use strict';
// Accounts, whoever makes them: the page or create-user.js.
const bcrypt = require('bcryptjs');
const { User } = require('./mongo');

const ROUNDS = 10;
const isText = (value, min, max) => typeof value === 'string' && value.trim().length >= min && value.length <= max;

/** What is wrong with an account, as a list */
const problems = ({ name, username, email, password }) => [
  !isText(name, 3, 80) && 'name: 3 to 80 characters',
  username && !isText(username, 2, 80) && 'username: 2 to 80 characters',
  !(isText(email, 3, 254) && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) && 'email: not an address',
  !isText(password, 8, 128) && 'password: 8 to 128 characters',
].filter(Boolean);

/** The account, of which the first one is the administrator; null when its address is taken */
async function createAccount({ name, username, email, password }) {
  const account = { name, username, email: email.toLowerCase(), password: await bcrypt.hash(password, ROUNDS) };
  const create = (fields) => User.create({ ...account, ...fields }).catch((error) => {
    if (error.code !== 11000) throw error;
    return error.keyPattern.first ? create({}) : null;
  });
  return create(await User.exists({}) ? {} : { role: 'ADMIN', first: true });
}

module.exports = { createAccount, isText, problems };
