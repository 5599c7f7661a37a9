import { call, renew } from '/assets/api.js';
import { showChat } from '/assets/chat.js';
import { find } from '/assets/dom.js';
import { showLogin } from '/assets/login.js';

function enter(user) {
  find('#who').textContent = `${user.name}${user.role === 'ADMIN' ? ' (administrator)' : ''}`;
  const logout = find('#logout');
  logout.hidden = false;
  logout.onclick = async () => {
    await call('POST', '/api/auth/logout').catch(() => {});
    location.reload();
  };
  showChat();
}

find('#about').onclick = async () => {
  const { release } = await import('/assets/about.js');
  find('#release').textContent = release;
};

const config = await call('GET', '/api/config');
document.title = config.appTitle;
find('#title').textContent = config.appTitle;
const user = await renew().catch(() => null);
if (user) enter(user);
else showLogin(enter, config.registrationEnabled);
