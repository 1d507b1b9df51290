// What pages without WebAssembly owe to their visitors all the same: a form is sent once, however often it is clicked; what was typed is
// still there when it was refused; and a covered field can be looked at. Without this script they work, too.

/** Sends a form the way the browser would, and goes where the server sends the visitor. */
async function send(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', headers: { accept: 'application/json' }, body });
  const page = answer.ok && answer.headers.get('location');
  // No redirect: a limit, or a fault. The browser shows it.
  if (!page) return form.submit();
  if (new URL(page, location).pathname !== location.pathname) return location.assign(page);
  return refuse(page);
}

/** The same page again, with what was wrong. What was typed is kept, in memory and nowhere else. */
async function refuse(page) {
  const typed = [...document.forms].flatMap((form) => [...new FormData(form)]);
  const answer = await fetch(page, { headers: { accept: 'text/html' } });
  const told = new DOMParser().parseFromString(await answer.text(), 'text/html');
  history.replaceState(null, '', page);
  document.title = told.title;
  document.querySelector('main').replaceWith(told.querySelector('main'));
  for (const [name, value] of typed) {
    const field = document.getElementsByName(name)[0];
    if (field && field.type !== 'hidden') field.value = value;
  }
  enliven();
  document.querySelector('[autofocus]')?.focus();
}

function enliven() {
  for (const form of document.querySelectorAll('main form')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      // A second click while the first is on its way is not a second wish.
      if (form.ariaBusy) return;
      form.ariaBusy = 'true';
      send(form).catch(() => form.submit());
    });
  }
  for (const toggle of document.querySelectorAll('.toggle')) {
    toggle.hidden = false;
    toggle.addEventListener('click', () => show(toggle, toggle.ariaPressed !== 'true'));
  }
}

function show(toggle, shown) {
  toggle.ariaPressed = String(shown);
  // The word for what a click does next waits in the button.
  const word = toggle.firstChild;
  [word.data, toggle.dataset.other] = [toggle.dataset.other, word.data];
  // A field that repeats another has no button of its own.
  for (const field of toggle.form.querySelectorAll('.with-toggle')) {
    if (field.contains(toggle) || !field.querySelector('.toggle')) field.querySelector('input').type = shown ? 'text' : 'password';
  }
}

// Whoever comes back by the browser's "back" may send again.
addEventListener('pageshow', () => {
  for (const form of document.forms) form.ariaBusy = null;
});

enliven();
document.documentElement.dataset.hydrated = '';
