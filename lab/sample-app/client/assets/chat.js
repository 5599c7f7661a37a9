import { call } from '/assets/api.js';
import { find, onSubmit, show } from '/assets/dom.js';
import { follow } from '/assets/stream.js';

const pictures = { user: '/assets/user.svg', model: '/assets/model.svg' };

function add(sender, text) {
  const item = find('#message').content.firstElementChild.cloneNode(true);
  find('img', item).src = pictures[sender];
  find('p', item).textContent = text;
  find('#messages').append(item);
  item.scrollIntoView({ block: 'end' });
  return item;
}

export function showChat() {
  const view = find('#chat');
  const form = find('form', view);
  const field = find('textarea', form);
  let conversationId = 'new';
  show('chat');
  field.focus();
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  onSubmit(form, find('.error', view), async ({ text }) => {
    const started = await call('POST', '/api/agents/chat/mock', { text, conversationId });
    conversationId = started.conversationId;
    field.value = '';
    add('user', text);
    const item = add('model', '');
    item.classList.add('running');
    try {
      await follow(started.streamId, (token) => { find('p', item).textContent += token; });
    } finally {
      item.classList.remove('running');
    }
  });
}
