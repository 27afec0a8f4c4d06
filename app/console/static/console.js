// What htmx leaves to us: errors beside their fields, focus after a swap, and saying aloud what happened.
(() => {
  "use strict";

  const clear = (form) => {
    form.querySelectorAll("[data-field]").forEach((group) => {
      group.classList.remove("usa-form-group--error");
      const message = group.querySelector(".usa-error-message");
      if (message) message.textContent = "";
      group.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    });
  };

  // Puts each error of a problem beside the field that its pointer names, and the focus into the first of them.
  const beside = (form, problem) => {
    let first = null;
    problem.querySelectorAll("[data-pointer]").forEach((line) => {
      const name = line.dataset.pointer.split("/").pop();
      const group = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
      const message = group && group.querySelector(".usa-error-message");
      if (!message) return;
      group.classList.add("usa-form-group--error");
      message.textContent = line.dataset.detail;
      const input = group.querySelector("input, select, textarea");
      if (input) {
        input.setAttribute("aria-invalid", "true");
        first = first || input;
      }
    });
    return first;
  };

  const say = (text) => {
    document.getElementById("said").textContent = text;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const problem = document.getElementById("problem");
    if (problem && event.detail.requestConfig.verb !== "get") problem.replaceChildren();
    const form = event.detail.elt.closest("form");
    if (form) clear(form);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status < 400) return;
    const problem = document.getElementById("problem");
    const form = event.detail.elt.closest("form");
    const field = form && beside(form, problem);
    (field || problem).focus();
  });

  document.addEventListener("htmx:sendError", () => say("The server does not answer. Try again in a moment."));

  // What was swapped in says itself what to tell (data-say) and where the focus goes (data-focus).
  document.addEventListener("htmx:afterSettle", (event) => {
    const shown = event.detail.elt;
    const says = shown.matches("[data-say]") ? shown : shown.querySelector("[data-say]");
    if (says) say(says.dataset.say);
    const focus = shown.matches("[data-focus]") ? shown : shown.querySelector("[data-focus]");
    if (focus) focus.focus();
  });

  // A form whose fields choose what is shown sends itself; its button is for browsers without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });
  document.querySelectorAll("form[data-send-on-change] button").forEach((button) => button.classList.add("usa-sr-only"));

  // A form that was opened over the time-line is put away by Cancel or Escape, and a panel by its button or Escape; the focus goes back to
  // what opened it.
  let opener = null, formOpener = null;
  document.addEventListener("click", (event) => {
    opener = event.target.closest("[data-opens-panel]") || opener;
    formOpener = event.target.closest("[data-opens-form]") || formOpener;
    if (event.target.closest("[data-closes-panel]")) closePanel();
    if (event.target.closest("[data-closes-form]") && closeForm()) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (document.querySelector("#panel > *")) closePanel();
    else if (event.target.closest("#doing")) closeForm();
  });
  const back = (to) => to && to.isConnected && to.focus();
  const closePanel = () => {
    document.getElementById("panel").replaceChildren();
    back(opener);
  };
  const closeForm = () => {
    const doing = document.getElementById("doing");
    if (!doing || !doing.firstElementChild) return false;
    doing.replaceChildren();
    document.getElementById("problem").replaceChildren();
    back(formOpener);
    return true;
  };
})();
