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

  // A panel closes by its button or Escape, and gives the focus back to what opened it.
  let opener = null;
  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens-panel]");
    if (opens) opener = opens;
    if (event.target.closest("[data-closes-panel]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.querySelector("#panel > *")) close();
  });
  const close = () => {
    document.getElementById("panel").replaceChildren();
    if (opener && opener.isConnected) opener.focus();
  };
})();
