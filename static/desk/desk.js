// What the desk does for hurried hands; every page works without it.

const changed = new Set();

// A second click sends nothing: the first is on its way. (The server would know the form again, too.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "yes";
  }
  changed.delete(form);
});

// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
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
  if (changed.size) {
    event.preventDefault();
  }
});

// A page made for paper prints itself; without scripts the browser's own menu does.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
