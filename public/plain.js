// What pages without WebAssembly owe to their visitors all the same: a form is sent once, however often it is clicked, and what was
// typed into a covered field can be looked at. Without this script they work, too.
for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '';
    form.querySelector('[type=submit]')?.setAttribute('aria-disabled', 'true');
  });
}

// Whoever comes back by the browser's "back" may send again.
addEventListener('pageshow', () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    form.querySelector('[type=submit]')?.removeAttribute('aria-disabled');
  }
});

for (const toggle of document.querySelectorAll('.toggle')) {
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    const show = toggle.getAttribute('aria-pressed') !== 'true';
    toggle.setAttribute('aria-pressed', String(show));
    // The word for what a click does next waits in the button.
    const word = toggle.firstChild;
    [word.data, toggle.dataset.other] = [toggle.dataset.other, word.data];
    // A field that repeats another has no button of its own.
    for (const field of toggle.form.querySelectorAll('.with-toggle')) {
      if (field.contains(toggle) || !field.querySelector('.toggle')) field.querySelector('input').type = show ? 'text' : 'password';
    }
  });
}

document.documentElement.dataset.hydrated = '';
