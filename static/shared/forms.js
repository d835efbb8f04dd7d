// What forms do for hurried hands; every page works without it.

const changed = new Set();
const AGAIN = 10_000; // milliseconds after which what was stopped on its way can be sent again
let sending = null;

function letGo(form) {
  delete form.dataset.sent;
  if (sending === form) {
    sending = null;
  }
}

// A second click sends nothing: the first is on its way. (The server would know the form again, too.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
  } else if (form.method === "post") {
    form.dataset.sent = "yes";
    sending = form;
    setTimeout(() => letGo(form), AGAIN);
  }
});

// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    letGo(form);
  }
});

// Words that were not sent are not dropped without asking.
document.addEventListener("input", (event) => {
  if (event.target.matches("textarea:not([readonly])")) {
    const { form, value } = event.target;
    if (value.trim()) {
      changed.add(form);
    } else {
      changed.delete(form);
    }
  }
});

window.addEventListener("beforeunload", (event) => {
  const form = sending;
  if ([...changed].some((one) => one !== form)) {
    event.preventDefault();
    if (form) {
      setTimeout(() => letGo(form)); // whoever stays can send it again
    }
  }
});

// What a form begins with can be typed over at once. An address that names a place takes the focus there and off any
// field, `autofocus` or not, so this comes after it.
window.addEventListener("load", () => {
  const field = document.querySelector("[data-begin]");
  if (field) {
    requestAnimationFrame(() => {
      field.focus({ preventScroll: true });
      field.select();
    });
  }
});

// A menu closes when one goes on elsewhere, and by Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
