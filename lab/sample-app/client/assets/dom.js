export const find = (selector, within = document) => within.querySelector(selector);

export function show(id) {
  for (const main of document.querySelectorAll('main')) main.hidden = main.id !== id;
}

/** Submits by `action`; its error is shown in the form's place for errors. */
export function onSubmit(form, error, action) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = find('[type=submit]', form);
    button.disabled = true;
    error.textContent = '';
    try {
      await action(Object.fromEntries(new FormData(form)));
    } catch (problem) {
      error.textContent = problem.message;
    } finally {
      button.disabled = false;
    }
  });
}
