import { call, login } from '/assets/api.js';
import { find, onSubmit, show } from '/assets/dom.js';

const view = find('#login');
const form = find('form', view);

export function showLogin(onUser, canRegister) {
  const toggle = find('#toggle');
  toggle.hidden = !canRegister;
  toggle.onclick = () => {
    const registering = form.classList.toggle('register');
    find('[name=name]', form).required = registering;
    find('[type=submit]', form).textContent = registering ? 'Make the account' : 'Log in';
    toggle.textContent = registering ? 'I have an account' : 'Make an account';
  };
  show('login');
  onSubmit(form, find('.error', form), async ({ name, email, password }) => {
    if (form.classList.contains('register')) {
      await call('POST', '/api/auth/register', { name, email, password, confirm_password: password });
    }
    onUser(await login({ email, password }));
  });
}
